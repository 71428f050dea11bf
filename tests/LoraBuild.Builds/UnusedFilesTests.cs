using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Builds;

/// <summary>Files that an author wrote and that fit nothing, in real builds: each is used or named.</summary>
public sealed class UnusedFilesTests
{
    private const string Own = "my own tag";

    [Fact]
    public void Tag_files_are_used_or_named_also_by_a_build_that_has_nothing_else_to_do()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg", "images/low/A.jpg").With("low/aoi_207.jpg", "images/low/b.jpg")
            .With("low/aoi_207.jpg", "images/low/e\u0301x.jpg").With("low/aoi_207.jpg", "images/0_unused/c.jpg")
            .With("low/aoi_207.jpg", "images/low/.ipynb_checkpoints/A-checkpoint.jpg");
        project.Write("images/low/._A.jpg", [0, 5, 22, 7]);
        foreach (var file in new[] { "A.txt", "b.caption", "\u00E9x.txt" })
            project.Write($"images/low/{file}", $"{Own}, (smile), hat");
        project.Properties["LoraUndesiredTags"] = "hat";
        project.Properties["LoraTagReplacement"] = "smile,grin";
        project.Properties["LoraUndecided"] = "keep";
        project.Write("regularization/1_girl/r.txt", "girl");
        project.Write(
            "character.yaml",
            "trigger: aoi\nhidden: {images/low/\u00E9x.jpg: [boots]}\nedits: {images/low/b.jpg: {background: {to: white, by: model}}}\n");

        var first = project.Build();

        Assert.True(first.Succeeded, first.Output);
        Assert.Equal(["4_aoi/A.txt", "4_aoi/b.txt", "4_aoi/\u00E9x.txt"], project.Captions().Keys.Order(StringComparer.Ordinal));
        Assert.All(project.Captions().Values, caption => Assert.Equal($"aoi, {Own}, (grin)", caption));
        Assert.Equal(["LB1009", "LB1019", "LB2007", "LB2011", "LB3009", "LB3010"], Codes(first));
        foreach (var told in (string[])["r.txt : warning LB3009", "warning LB1019: LoraUndecided (keep)", "warning LB1019: 'by: model'"])
            Assert.Single(first.Diagnostics, line => line.Contains(told, StringComparison.Ordinal));
        Assert.True(project.Build().DidNothing);

        project.Write("images/low/a.TXT", Own);
        Assert.Contains(project.Build().Diagnostics, line => line.Contains("a.TXT : warning LB3009", StringComparison.Ordinal));
        File.Delete(project.PathOf("images/low/a.TXT"));
        File.Delete(project.PathOf("images/low/A.txt"));
        File.CreateSymbolicLink(project.PathOf("images/low/A.txt"), "nowhere.txt");

        var broken = project.Build();
        Assert.False(broken.Succeeded);
        Assert.Contains(broken.Diagnostics, line => line.Contains("A.txt", StringComparison.Ordinal)
            && line.Contains("error LB6004", StringComparison.Ordinal));
    }

    [Fact]
    public void Masks_are_used_or_named_and_those_that_leave_nothing_are_told()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg").With("low/aoi_207.jpg", "images/low/b.jpg")
            .With("low/aoi_207.jpg", "regularization/1_girl/r.jpg");
        foreach (var name in new[] { "aoi_207", "b" })
            project.Write($"images/low/{name}.txt", Own);
        var size = Imaging.PictureDecoder.Decode(project.PathOf("images/low/b.jpg")).Raster;
        var black = new Raster(size.Width, size.Height);
        for (var i = 3; i < black.Pixels.Length; i += 4)
            black.Pixels[i] = 255;
        string[] masks =
            ["images/low/b.mask.png", "images/low/B-masklabel.png", "images/low/aoi_207.MASK.PNG", "regularization/1_girl/r.mask.png"];
        foreach (var mask in masks)
            PngEncoder.Encode(black, project.PathOf(mask));

        var unmasked = project.Build();

        Assert.True(unmasked.Succeeded, unmasked.Output);
        Assert.Contains(unmasked.Diagnostics, line => line.Contains("LB2012", StringComparison.Ordinal)
            && line.Contains("LoraMaskedLoss", StringComparison.Ordinal));
        Assert.Equal(3, Directory.GetFiles(project.PathOf("bin/dataset"), "*.png", SearchOption.AllDirectories).Length);

        project.Properties["LoraMaskedLoss"] = "true";
        var masked = project.Build();
        Assert.True(masked.Succeeded, masked.Output);
        Assert.Equal(["LB2007", "LB2012", "LB2013"], Codes(masked));
        Assert.Equal(2, masked.Diagnostics.Count(line => line.Contains("LB2012", StringComparison.Ordinal)));
        Assert.Equal(2, masked.Diagnostics.Count(line => line.Contains("LB2013", StringComparison.Ordinal)));

        File.Move(project.PathOf("images/low/aoi_207.MASK.PNG"), project.PathOf("images/low/aoi_207.mask.png"));
        Assert.Contains(project.Build().Diagnostics, line => line.Contains("error LB2013", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OutputPath", "images/out/")]
    [InlineData("BaseIntermediateOutputPath", "regularization/obj/")]
    public void An_output_folder_among_the_pictures_is_an_error(string property, string folder)
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");

        Assert.Contains(
            project.Build($"-p:{property}={folder}").Diagnostics, line => line.Contains("error LB1008", StringComparison.Ordinal));
    }

    private static List<string> Codes(BuildResult build) =>
        [.. build.Diagnostics.Select(line => line[line.IndexOf("LB", StringComparison.Ordinal)..][..6]).Distinct()
            .Order(StringComparer.Ordinal)];
}
