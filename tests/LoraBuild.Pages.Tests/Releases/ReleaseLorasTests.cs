using LoraBuild.Base.Diagnostics;
using LoraBuild.Pages.Releases;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Tests.Releases;

public sealed class ReleaseLorasTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ReleaseLorasTests()
    {
        foreach (var name in (string[])[
            "aoi", "aoi-000001", "aoi-000002", "aoi-000002-state", "aoi-step00000010", "aoi-step00000010-state", "aoi-state", "aoi-v1",
            "aoi-summer", "aoi-stepabcdefgh", "other-000001",
        ])
            folder.Write(name + ".safetensors", name);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("last", "aoi")]
    [InlineData("all", "aoi aoi-000001 aoi-000002 aoi-step00000010")]
    [InlineData("2", "aoi aoi-000002")]
    [InlineData("2, 1", "aoi aoi-000002 aoi-000001")]
    [InlineData("1;2", "aoi aoi-000001 aoi-000002")]
    public void The_finished_LoRA_and_what_is_wanted_but_no_state(string value, string names) => Assert.Equal(
        names.Split(' ').Select(name => new ReleaseFile(name + ".safetensors", folder.File(name + ".safetensors"))),
        ReleaseLoras.Of(PublishedEpochs.TryParse(value)!, folder.Path, "aoi", _ => true));

    [Fact]
    public void An_epoch_without_a_file_is_an_error_that_names_those_there_are()
    {
        var error = Assert.Throws<LoraBuildException>(() => ReleaseLoras.Of(PublishedEpochs.TryParse("7")!, folder.Path, "aoi", _ => true));
        Assert.Equal(DiagnosticCode.NothingToPublish, error.Diagnostic.Code);
        Assert.Contains("'aoi-000007.safetensors'", error.Message, StringComparison.Ordinal);
        Assert.Contains("aoi-000001.safetensors, aoi-000002.safetensors.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_epoch_has_a_file_the_error_says_so()
    {
        folder.Write("none.safetensors", "");
        var error = Assert.Throws<LoraBuildException>(
            () => ReleaseLoras.Of(PublishedEpochs.TryParse("99")!, folder.Path, "none", _ => true));
        Assert.Contains("No epoch before the last one has a file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_finished_LoRA_there_is_an_error() => Assert.Equal(
        DiagnosticCode.NothingToPublish,
        Assert.Throws<LoraBuildException>(() => Of("all", "other")).Diagnostic.Code);

    [Fact]
    public void What_an_earlier_build_left_is_as_if_it_were_not_there()
    {
        Assert.Throws<LoraBuildException>(
            () => ReleaseLoras.Of(PublishedEpochs.TryParse("last")!, folder.Path, "aoi", path => path != folder.File("aoi.safetensors")));

        Func<string, bool> isMade = path => path != folder.File("aoi-000002.safetensors");
        Assert.Equal(
            ["aoi.safetensors", "aoi-000001.safetensors", "aoi-step00000010.safetensors"],
            ReleaseLoras.Of(PublishedEpochs.TryParse("all")!, folder.Path, "aoi", isMade).Select(file => file.Name));
        var error = Assert.Throws<LoraBuildException>(() => ReleaseLoras.Of(PublishedEpochs.TryParse("2")!, folder.Path, "aoi", isMade));
        Assert.Contains("There are: aoi-000001.safetensors.", error.Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<ReleaseFile> Of(string wanted, string name) =>
        ReleaseLoras.Of(PublishedEpochs.TryParse(wanted)!, folder.Path, name, _ => true);
}
