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
    [InlineData("(smile)", "(smile)")]
    [InlineData("((long_hair): 1.2 )", "((long hair):1.2)")]
    [InlineData("[[red_hat]]", "[[red hat]]")]
    [InlineData("a girl with (red_eyes:1.3) and (a hat)", @"a girl with (red eyes:1.3) and \(a hat\)")]
    [InlineData("( :1.2)", "")]
    public void Brackets_that_weigh_a_tag_stay(string text, string tag) => Assert.Equal(tag, Tag.Normalize(text));

    [Theory]
    [InlineData("saber_(fate)", @"saber \(fate\)")]
    [InlineData(":(", @":\(")]
    [InlineData(">:)", @">:\)")]
    [InlineData("(smile", @"\(smile")]
    [InlineData("(long) hair", @"\(long\) hair")]
    [InlineData(@"\(smile\)", @"\(smile\)")]
    [InlineData("(((((((((((a)))))))))))", @"((((((((\(\(\(a\)\)\)))))))))")]
    public void Other_parentheses_are_text(string text, string tag) => Assert.Equal(tag, Tag.Normalize(text));

    [Theory]
    [InlineData("(smile:1.2)", "smile")]
    [InlineData("([smile]:1.2)", "smile")]
    [InlineData("a girl with (red eyes:1.3)", "a girl with red eyes")]
    [InlineData(@"(saber \(fate\))", @"saber \(fate\)")]
    public void A_weighted_tag_is_known_by_its_words(string tag, string words) =>
        Assert.Equal((true, words), (Tag.IsWeighted(tag), Tag.Unweighted(tag)));

    [Theory]
    [InlineData(@"saber \(fate\)")]
    [InlineData("smile")]
    [InlineData("[ smile")]
    public void A_tag_without_weights_is_itself(string tag) => Assert.Equal((false, tag), (Tag.IsWeighted(tag), Tag.Unweighted(tag)));

    [Theory]
    [InlineData("(o)_(o)", @"\(o\)_\(o\)")]
    [InlineData("(9)", @"\(9\)")]
    public void A_label_has_no_weights(string label, string tag) => Assert.Equal(tag, Tag.OfLabel(label));

    [Theory]
    [InlineData("cafe\u0301", "caf\u00E9")]
    [InlineData("long\u00A0hair", "long hair")]
    [InlineData("\uFEFFlong\u200B hair\u200E", "long hair")]
    [InlineData("long\u3000\u2800hair", "long hair")]
    [InlineData("back\u00ADpack", "backpack")]
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")]
    [InlineData("\uD800x", "\uD800x")]
    public void Letters_are_composed_and_what_nobody_sees_is_gone(string text, string tag)
    {
        Assert.Equal(tag, Tag.Normalize(text));
        Assert.Equal(tag, Tag.NormalizeTrigger(text));
        Assert.Equal(tag, Tag.OfLabel(text));
    }

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
