namespace LoraBuild.Builds;

/// <summary>Symbolic links among the files that a project reads.</summary>
public sealed class LinkTests : IDisposable
{
    private readonly CharacterProject project = new CharacterProject().With("low/aoi_207.jpg").With("low/aoi_207.jpg", "elsewhere/b.jpg");
    private readonly string outside = Directory.CreateTempSubdirectory("lorabuild outside ").FullName;

    public LinkTests()
    {
        project.Properties["LoraReport"] = "false";
        project.Write("images/low/aoi_207.txt", "1girl, smile");
        File.WriteAllText(Path.Combine(outside, "secret.txt"), "root:x:0:0");
        File.Copy(project.PathOf("images/low/aoi_207.jpg"), Path.Combine(outside, "c.jpg"));
    }

    public void Dispose()
    {
        project.Dispose();
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public void Links_that_lead_out_are_errors_until_the_author_allows_them()
    {
        // Within the project: a picture, its tag file by way of another link, and a circle of folders.
        Link("images/low/b.jpg", "../../elsewhere/b.jpg");
        Link("images/low/b.txt", "aoi_207.txt");
        Link("images/round", ".");
        Link("images/again", "../images");
        var elsewhere = Path.Combine(Path.GetDirectoryName(project.Folder)!, "another way");
        Directory.CreateSymbolicLink(elsewhere, project.Folder);

        var within = project.StartIn(elsewhere, "build").Wait();
        Assert.True(within.Succeeded, within.Output);
        Assert.Equal("hoshinoaoi, smile", project.Captions()["4_hoshinoaoi/b.txt"]);

        File.Delete(project.PathOf("images/low/b.txt"));
        Link("images/low/b.txt", Path.Combine(outside, "secret.txt"));
        Link("images/high", outside);
        Link("images/low/gone.jpg", "nothing.jpg");
        Link("regularization/1_girl/c.jpg", Path.Combine(outside, "c.jpg"));
        var build = project.Build();

        Assert.False(build.Succeeded);
        foreach (var name in new[] { "images/low/b.txt", "images/high/c.jpg" })
            Assert.Contains(build.Diagnostics, line => line.Contains($"{name} : error LB1020", StringComparison.Ordinal));
        Assert.Contains(build.Diagnostics, line => line.Contains(
            "gone.jpg : error LB1007: The picture is a link to 'nothing.jpg'", StringComparison.Ordinal));
        Assert.DoesNotContain("root:x", build.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(project.Captions().Values, caption => caption.Contains("root:x", StringComparison.Ordinal));

        File.Delete(project.PathOf("images/low/gone.jpg"));
        File.Delete(project.PathOf("images/low/b.txt"));
        Directory.Delete(project.PathOf("images/high"));
        Assert.Contains(project.Build().Diagnostics, line => line.Contains("1_girl/c.jpg : error LB1020", StringComparison.Ordinal));

        Assert.True(project.Build("-p:LoraFollowLinks=true").Succeeded);
        File.Delete(project.PathOf("regularization/1_girl/c.jpg"));

        // Where the build would write, and what a configuration from elsewhere names.
        Link("bin/report", outside);
        project.Write("config.toml", $"logging_dir = '{outside}'\nsample_prompts = '../prompts.txt'\n");
        var output = project.Build("-p:LoraTrainingConfig=config.toml");
        foreach (var place in (string[])["bin/report : ", "config.toml(1,1): ", "config.toml(2,1): "])
            Assert.Contains(output.Diagnostics, line => line.Contains($"{place}error LB1020", StringComparison.Ordinal));
        Assert.Null(output.Processed("Normalize"));
        Directory.Delete(project.PathOf("bin/report"));

        File.Move(project.PathOf("character.yaml"), Path.Combine(outside, "character.yaml"));
        Link("character.yaml", Path.Combine(outside, "character.yaml"));
        Assert.Contains(project.Build().Diagnostics, line => line.Contains("character.yaml : error LB1020", StringComparison.Ordinal));
    }

    private void Link(string name, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(project.PathOf(name))!);
        File.CreateSymbolicLink(project.PathOf(name), target);
    }
}
