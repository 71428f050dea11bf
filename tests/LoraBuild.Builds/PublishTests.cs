using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using LoraBuild.Base.Hashing;
using LoraBuild.Pages.Releases;

namespace LoraBuild.Builds;

/// <summary>What <c>dotnet publish</c> lays out.</summary>
public sealed class PublishTests
{
    private static readonly string[] Always = ["Character.safetensors", "README.md", "dataset.json", "provenance.json", "report.html"];

    [Fact]
    public void A_release_has_what_belongs_to_the_LoRA_and_the_same_bytes_wherever_it_is_made()
    {
        using var project = TwoEpochs();
        using var elsewhere = TwoEpochs();

        Succeeded(project.Publish("-p:LoraPublishEpochs=all"));
        Succeeded(elsewhere.Publish("-p:LoraPublishEpochs=all"));

        var release = Release(project);
        Assert.Equal(Always.Append("Character-000001.safetensors").Order(StringComparer.Ordinal), release.Keys);
        Assert.Equal(release, Release(elsewhere));
        foreach (var file in release.Keys)
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(project.PathOf($"bin/publish/{file}")));
            Assert.All([project.Folder, Repository.Root, Path.GetTempPath() + "lorabuild"], secret => Assert.DoesNotContain(
                secret, text, StringComparison.Ordinal));
            // A short name can be in a picture's bytes by chance.
            if (Path.GetExtension(file) is ".json" or ".md")
                Assert.DoesNotMatch($@"\b{Regex.Escape(Dns.GetHostName())}\b", text);
        }

        var provenance = Provenance.TryRead(project.PathOf("bin/publish"))!;
        Assert.Equal(release.Where(file => file.Key != Provenance.FileName), provenance.Files.Select(file => KeyValuePair.Create(
            file.File, file.Sha256)));
        var inputs = provenance.Inputs.ToDictionary(file => file.File, file => file.Sha256);
        foreach (var own in (string[])["character.yaml", "images/low/aoi_202.jpg", "images/low/aoi_207.jpg", "images/low/aoi_207.txt"])
            Assert.Equal(ContentHash.OfFile(project.PathOf(own)).ToString(), inputs[own]);
        Assert.All(["mini-sd.safetensors", "model.onnx", "selected_tags.csv"], model => Assert.Contains(model, inputs.Keys));
        Assert.DoesNotContain(inputs.Keys, name => name.Contains("obj", StringComparison.Ordinal)
            || name.Contains("bin/", StringComparison.Ordinal) || name.EndsWith(".dll", StringComparison.Ordinal));
        Assert.Equal("7", provenance.Training["seed"]);
        Assert.Contains("libtorch", provenance.Tools["tensors"], StringComparison.OrdinalIgnoreCase);

        // Nothing has changed, so nothing is built: the same again, without what is not wanted any more; what others put there stays.
        File.WriteAllText(project.PathOf("bin/publish/LICENSE"), "the author's");
        var again = Succeeded(project.Publish("--no-build"));
        Assert.Contains("all up to date", again.Output, StringComparison.Ordinal);
        Assert.Equal(Always.Append("LICENSE").Order(StringComparer.Ordinal), Release(project).Keys);
        Assert.Equal(provenance.Inputs, Provenance.TryRead(project.PathOf("bin/publish"))!.Inputs);
    }

    [Fact]
    public void Without_a_finished_LoRA_there_is_nothing_to_publish_and_nothing_among_the_pictures()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        Assert.Contains(
            project.Publish("-p:PublishDir=images/out").Diagnostics, line => line.Contains("error LB1008", StringComparison.Ordinal));

        var withoutBuild = project.Publish("--no-build");
        Assert.Contains(withoutBuild.Diagnostics, line => line.Contains("error LB1017", StringComparison.Ordinal));

        var published = project.Publish();
        Assert.False(published.Succeeded);
        Assert.Contains(published.Diagnostics, line => line.Contains("error LB1017", StringComparison.Ordinal)
            && line.Contains("LoraTrain", StringComparison.Ordinal));
        Assert.False(Directory.Exists(project.PathOf("bin/publish")));
    }

    [Fact]
    public void What_an_earlier_training_left_is_not_published()
    {
        using var project = TwoEpochs();
        Succeeded(project.Build());
        string[] other = ["-p:LoraTrain=false", "-p:LoraMaxTrainSteps=5000"];
        project.Write("images/low/aoi_207.txt", "1girl, black hair, waving");

        // The first of them builds, the second finds nothing to do.
        foreach (var published in (BuildResult[])[project.Publish(other), project.Publish(other), project.Publish(
            [.. other, "--no-build"])])
        {
            Assert.False(published.Succeeded, published.Output);
            Assert.Contains(published.Diagnostics, line => line.Contains("error LB1017", StringComparison.Ordinal));
            Assert.False(Directory.Exists(project.PathOf("bin/publish")));
        }

        Assert.True(File.Exists(project.PathOf("bin/Character.safetensors")));
    }

    private static CharacterProject TwoEpochs()
    {
        var project = new CharacterProject(train: true).With("low/aoi_202.jpg").With("low/aoi_207.jpg");
        // An epoch shows each four times: two steps.
        project.Properties["LoraTrainBatchSize"] = "4";
        project.Properties["LoraMaxTrainSteps"] = "3";
        project.Properties["LoraSeed"] = "7";
        project.Write("images/low/aoi_207.txt", "1girl, black hair, smile");
        return project;
    }

    private static SortedDictionary<string, string> Release(CharacterProject project) => new(
        Directory.EnumerateFiles(project.PathOf("bin/publish"), "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(project.PathOf("bin/publish"), file), file => ContentHash.OfFile(file).ToString()),
        StringComparer.Ordinal);

    private static BuildResult Succeeded(BuildResult build)
    {
        Assert.True(build.Succeeded, build.Output);
        return build;
    }
}
