using FsCheck.Xunit;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

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

    [Theory]
    [InlineData("(smile:1.2)", "(smile:1.2)")]
    [InlineData(" (white_shirt:.5) ", "(white shirt:.5)")]
    [InlineData("(aoi_(series):1.3)", @"(aoi \(series\):1.3)")]
    [InlineData(@"\(smile:1.2\)", @"\(smile:1.2\)")]
    [InlineData("(smile:big)", @"\(smile:big\)")]
    [InlineData("( :1.2)", "")]
    public void Parentheses_that_weigh_a_tag_stay(string text, string tag) => Assert.Equal(tag, Tag.Normalize(text));

    [Theory]
    [InlineData("|||")]
    [InlineData("{red hat|blue hat}")]
    [InlineData("[smile]")]
    public void What_captions_mean_by_brackets_and_bars_stays(string text) => Assert.Equal(text, Tag.Normalize(text));

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
