using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public sealed class ItemPatternsTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("<CharacterImage Include='art/**/*.png' />", "fits no file")]
    [InlineData("<CharacterImage Update='images/b.png' Repeats='3' />", "Did you mean 'images/a.png'?")]
    [InlineData("<CharacterImage Remove='images/low/**' />", "fits no file")]
    [InlineData("<Character Include='chars/*/character.yaml' />", "fits no file")]
    [InlineData("<LoraToMerge Include='loras/*.safetensors' />", "fits no file")]
    public void What_MSBuild_passes_over_is_told_with_its_line(string item, string advice)
    {
        var told = Assert.Single(Find(item));

        Assert.Equal((DiagnosticCode.NoEffect, Severity.Warning, file, 3), (told.Code, told.Severity, told.File, told.Line));
        Assert.Contains(advice, told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<CharacterImage Include='images/*.PNG' outfit='race' />")]
    [InlineData("<CharacterImage Update='.\\images\\a.png' Repeats='3' Condition='true' />")]
    [InlineData("<CharacterImage Include='$(Art)/*.png;../art/*.png' />")]
    [InlineData("<CharacterImage Remove='images/**/e\u0301.png' />")]
    [InlineData("<Character Include='cast/*/character.yaml' Exclude='cast/none/*' />")]
    [InlineData("<Tagger Remove='models/*' />")]
    public void What_has_an_effect_is_not(string item) => Assert.Empty(Find(item));

    private List<Diagnostic> Find(string item)
    {
        File.WriteAllText(file, $"<Project>\n<ItemGroup>\n{item}\n</ItemGroup>\n</Project>");
        return [.. ItemPatterns.FindWithoutEffect(file, ["images/a.png", "images/\u00E9.png", "cast/aoi/character.yaml"])];
    }
}
