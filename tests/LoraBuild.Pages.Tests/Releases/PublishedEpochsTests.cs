using LoraBuild.Base.Diagnostics;
using LoraBuild.Pages.Releases;

namespace LoraBuild.Pages.Tests.Releases;

public sealed class PublishedEpochsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public PublishedEpochsTests()
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
        PublishedEpochs.TryParse(value)!.Of(folder.Path, "aoi", _ => true));

    [Theory]
    [InlineData("")]
    [InlineData("first")]
    [InlineData("0")]
    [InlineData("1,,2")]
    [InlineData("-1")]
    public void Anything_else_is_no_value(string value) => Assert.Null(PublishedEpochs.TryParse(value));

    [Fact]
    public void An_epoch_without_a_file_is_an_error_that_names_those_there_are()
    {
        var error = Assert.Throws<LoraBuildException>(() => PublishedEpochs.TryParse("7")!.Of(folder.Path, "aoi", _ => true));
        Assert.Equal(DiagnosticCode.NothingToPublish, error.Diagnostic.Code);
        Assert.Contains("'aoi-000007.safetensors'", error.Message, StringComparison.Ordinal);
        Assert.Contains("aoi-000001.safetensors, aoi-000002.safetensors.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_finished_LoRA_there_is_an_error() => Assert.Equal(
        DiagnosticCode.NothingToPublish,
        Assert.Throws<LoraBuildException>(() => PublishedEpochs.TryParse("all")!.Of(folder.Path, "other", _ => true)).Diagnostic.Code);

    [Fact]
    public void What_an_earlier_build_left_is_as_if_it_were_not_there()
    {
        Assert.Throws<LoraBuildException>(
            () => PublishedEpochs.TryParse("last")!.Of(folder.Path, "aoi", path => path != folder.File("aoi.safetensors")));

        Func<string, bool> isMade = path => path != folder.File("aoi-000002.safetensors");
        Assert.Equal(
            ["aoi.safetensors", "aoi-000001.safetensors", "aoi-step00000010.safetensors"],
            PublishedEpochs.TryParse("all")!.Of(folder.Path, "aoi", isMade).Select(file => file.Name));
        var error = Assert.Throws<LoraBuildException>(() => PublishedEpochs.TryParse("2")!.Of(folder.Path, "aoi", isMade));
        Assert.Contains("There are: aoi-000001.safetensors.", error.Message, StringComparison.Ordinal);
    }
}
