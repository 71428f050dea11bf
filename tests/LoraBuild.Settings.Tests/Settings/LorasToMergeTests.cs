using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public sealed class LorasToMergeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("there", "abc", DiagnosticCode.InvalidMetadata, "Strength of 'there' is 'abc'; it must be a number from -100 to 100.")]
    [InlineData("there", "1e9", DiagnosticCode.InvalidMetadata, "it must be a number from -100 to 100.")]
    [InlineData("nix", "1", DiagnosticCode.CannotRead, "LoraToMerge names 'nix', which is not there.")]
    [InlineData("there", "0", DiagnosticCode.NoEffect, "with the strength 0")]
    public void What_is_wrong_with_an_item_is_told_at_its_line(string include, string strength, string code, string message)
    {
        folder.Write("there", "");
        var told = Assert.Single(Check(include, strength), problem => problem.Code == code);
        Assert.Equal((folder.File("aoi.loraproj"), 3, 16), (told.File, told.Line, told.Column));
        Assert.Contains(message, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_build_will_make_need_not_be_there() => Assert.Empty(Check("bin/aoi-000001.safetensors", "0.5"));

    [Fact]
    public void A_strength_of_all_that_every_item_has_its_own_instead_of_has_no_effect() => Assert.Equal(
        (DiagnosticCode.NoEffect, Severity.Warning),
        Check("bin/aoi.safetensors", "0.5", "0.7").Select(told => (told.Code, told.Severity)).Single());

    private List<Diagnostic> Check(string include, string strength, string all = "")
    {
        var project = folder.Write(
            "aoi.loraproj", $"<Project>\n<ItemGroup>\n  <LoraToMerge Include=\"{include}\" />\n</ItemGroup>\n</Project>\n");
        return
        [
            .. LorasToMerge.Check(
                project, [new(include, folder.File(include), strength)], new Dictionary<string, string> { ["LoraMergeStrength"] = all },
                folder.File("bin/")),
        ];
    }
}
