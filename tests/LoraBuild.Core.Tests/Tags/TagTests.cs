using FsCheck.Xunit;
using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Tests.Tags;

public class TagTests
{
    [Theory]
    [InlineData("long_hair", "long hair")]
    [InlineData("  long   hair ", "long hair")]
    [InlineData("manhattan_cafe_(umamusume)", @"manhattan cafe \(umamusume\)")]
    [InlineData(@"manhattan cafe \(umamusume\)", @"manhattan cafe \(umamusume\)")]
    [InlineData(@"manhattan cafe \\(umamusume\\)", @"manhattan cafe \(umamusume\)")]
    [InlineData("tam_o'_shanter", "tam o' shanter")]
    [InlineData(@"\o/", @"\o/")]
    [InlineData(":d", ":d")]
    [InlineData("_", "")]
    public void A_tag_in_any_spelling_comes_into_prompt_form(string text, string tag) => Assert.Equal(tag, Tag.Normalize(text));

    [Theory]
    [InlineData("^_^", "^_^")]
    [InlineData("o_o", "o_o")]
    [InlineData("3_3", "3_3")]
    [InlineData("+_-", "+_-")]
    [InlineData("||_||", "||_||")]
    [InlineData("<|>_<|>", "<|>_<|>")]
    [InlineData("(o)_(o)", @"\(o\)_\(o\)")]
    public void A_kaomoji_keeps_its_underscore(string label, string tag) => Assert.Equal(tag, Tag.Normalize(label));

    [Theory]
    [InlineData("up_to")]
    [InlineData("k-on_a")]
    public void Short_words_are_no_kaomoji(string label) => Assert.Equal(label.Replace('_', ' '), Tag.Normalize(label));

    [Fact]
    public void A_trigger_keeps_its_underscores_and_gets_its_parentheses_escaped() =>
        Assert.Equal(@"aoi_chan \(blue\)", Tag.NormalizeTrigger(" aoi_chan  (blue)"));

    [Property]
    public void Normalising_twice_is_normalising_once(string? text)
    {
        var once = Tag.Normalize(text ?? "");
        Assert.Equal(once, Tag.Normalize(once));
        var trigger = Tag.NormalizeTrigger(text ?? "");
        Assert.Equal(trigger, Tag.NormalizeTrigger(trigger));
    }
}
