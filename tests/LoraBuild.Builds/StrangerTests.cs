using LoraBuild.Pages.Releases;
using YamlDotNet.RepresentationModel;

namespace LoraBuild.Builds;

/// <summary>The packages, used outside this repository, by the very lines of the workflows that example-project/ci offers.</summary>
public sealed class StrangerTests(StrangerFixture stranger) : IClassFixture<StrangerFixture>
{
    [Fact]
    public void The_workflows_build_the_example_from_the_packed_SDK()
    {
        var github = Parse("github-actions.yml");
        var lines = Steps(Child(Child(github, "jobs"), "lora")).Where(step => step.Children.ContainsKey("run"))
            .Select(step => ((YamlScalarNode)step.Children["run"]).Value!).ToList();
        Assert.Equal(2, lines.Count);

        var output = string.Concat(lines.Select(line => stranger.Shell(line).Output));

        Assert.Contains("Preparing LoraBuild's engines for this machine", output, StringComparison.Ordinal);
        Assert.Contains("Tag: 25 of 25 pictures", output, StringComparison.Ordinal);
        Assert.Contains("Train: step 2 of 2", output, StringComparison.Ordinal);
        AssertReleased();
        Assert.DoesNotContain(Repository.Root, output, StringComparison.Ordinal);
        var release = Released();

        // The same again on GitLab, where the work is done already and the release must be the same.
        Directory.Delete(stranger.PathOf("release"), recursive: true);
        var script = Assert.IsType<YamlSequenceNode>(Child(Parse("gitlab-ci.yml"), "lora").Children["script"])
            .Select(line => ((YamlScalarNode)line).Value!);
        var second = stranger.Shell(string.Join('\n', script));

        Assert.DoesNotContain("Preparing", second.Output, StringComparison.Ordinal);
        Assert.Contains("24 pictures, all up to date", second.Output, StringComparison.Ordinal);
        Assert.Equal(release, Released());
    }

    private void AssertReleased()
    {
        var files = Directory.GetFiles(stranger.PathOf("release")).Select(Path.GetFileName);
        Assert.Equal(
            ["HoshinoAoi.safetensors", "README.md", "dataset.json", "provenance.json", "report.html"], files.Order(StringComparer.Ordinal));
        // SOURCE_DATE_EPOCH is the commit's.
        var commit = stranger.Shell("git log -1 --format=%cI").Output.Trim();
        Assert.Equal(
            DateTimeOffset.Parse(commit, System.Globalization.CultureInfo.InvariantCulture).ToUniversalTime()
                .ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
                Provenance.TryRead(stranger.PathOf("release"))!.Date);
    }

    private IReadOnlyList<Provenance.HashedFile> Released() => Provenance.TryRead(stranger.PathOf("release"))!.Files;

    private static YamlMappingNode Parse(string workflow)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(Repository.Example, "ci", workflow))));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static YamlMappingNode Child(YamlMappingNode node, string key) => Assert.IsType<YamlMappingNode>(node.Children[key]);

    private static IEnumerable<YamlMappingNode> Steps(YamlMappingNode job) =>
        Assert.IsType<YamlSequenceNode>(job.Children["steps"]).Cast<YamlMappingNode>();
}
