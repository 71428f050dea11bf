using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Settings.Tests.Tags;

public class TaggingSettingsTests
{
    private static readonly TagScores Scores = new(
        new Dictionary<string, float> { ["general"] = 0.3f, ["sensitive"] = 0.6f },
        new Dictionary<string, float> { ["solo"] = 0.5f, ["1girl"] = 0.9f, ["smile"] = 0.4f, ["hat"] = 0.39f, ["^_^"] = 0.8f },
        new Dictionary<string, float> { [@"hatsune miku \(append\)"] = 0.7f, ["kagamine rin"] = 0.45f });

    [Fact]
    public void A_score_at_the_threshold_counts_and_each_category_has_its_own()
    {
        Assert.Equal(["solo", "1girl", "smile", "^_^", @"hatsune miku \(append\)", "kagamine rin"], Select());
        Assert.Equal(["1girl", "^_^", @"hatsune miku \(append\)"], Select(("LoraTaggerThreshold", "0.6")));
        Assert.Equal(["solo", "1girl", "smile", "^_^"], Select(("LoraCharacterThreshold", "0.9")));
    }

    [Fact]
    public void Tags_come_in_the_models_order_or_by_score() =>
        Assert.Equal(["1girl", "^_^", @"hatsune miku \(append\)", "solo", "kagamine rin", "smile"], Select(("LoraTagOrder", "score")));

    [Fact]
    public void The_rating_comes_first_where_asked_for_and_sure_enough()
    {
        Assert.Equal("sensitive", Select(("LoraUseRatingTags", "true"))[0]);
        Assert.DoesNotContain("sensitive", Select(("LoraUseRatingTags", "true"), ("LoraRatingThreshold", "0.7")));
    }

    [Fact]
    public void Undesired_tags_go_with_a_reason_in_whatever_spelling()
    {
        var tags = Selection(("LoraUndesiredTags", "hatsune_miku_(append), Smile,")).Apply(Scores);
        Assert.Equal(["solo", "1girl", "^_^", "kagamine rin"], tags.Tags);
        Assert.Equal(["smile", @"hatsune miku \(append\)"], tags.Changes.Select(change => change.Tag));
        Assert.All(tags.Changes, change => Assert.Equal(TagChangeKind.Removed, change.Kind));
    }

    [Fact]
    public void Tags_that_come_first_keep_their_own_order_and_are_not_invented() =>
        Assert.Equal(
            ["1girl", "solo", "smile", "^_^"], Select(("LoraAlwaysFirstTags", "1girl, 1boy, solo"), ("LoraCharacterThreshold", "1")));

    [Fact]
    public void A_replacement_takes_the_old_tags_place_and_never_doubles()
    {
        var tags = Selection(("LoraTagReplacement", @"solo,one\, alone;smile,1girl"), ("LoraCharacterThreshold", "1")).Apply(Scores);
        Assert.Equal(["one, alone", "1girl", "^_^"], tags.Tags);
        Assert.Equal("1girl", tags.Changes.Single(change => change.Tag == "smile").By);
    }

    [Fact]
    public void What_replaces_may_itself_be_undesired() =>
        Assert.DoesNotContain("hat", Select(("LoraTagReplacement", "smile,hat"), ("LoraUndesiredTags", "hat")));

    [Fact]
    public void Rules_hold_for_the_tags_of_a_tag_file_too()
    {
        var tags = Selection(
            ("LoraUndesiredTags", "hat"), ("LoraTagReplacement", "smile,grin"), ("LoraAlwaysFirstTags", "sitting"))
                .Apply(["smile", "sitting", "(hat:1.2)"]);
        Assert.Equal(["sitting", "grin"], tags.Tags);
        Assert.Contains(new TagChange("(hat:1.2)", TagChangeKind.Removed, "by LoraUndesiredTags"), tags.Changes);
    }

    [Fact]
    public void Rules_that_no_picture_needs_are_told()
    {
        var selection = Selection(
            ("LoraUndesiredTags", "hat, cap"), ("LoraTagReplacement", "smile,grin;smil,grin"), ("LoraAlwaysFirstTags", "sitting, solo"));

        var unused = selection.Unused([selection.Apply(["smile", "(hat)"]), selection.Apply(["sitting"])]);

        Assert.Equal([("UndesiredTags", "cap"), ("AlwaysFirstTags", "solo"), ("TagReplacement", "smil")], unused.Select(rule => (
            rule.Rule, string.Join(", ", rule.Tags))));
    }

    [Fact]
    public void A_replaced_tag_keeps_its_weight() =>
        Assert.Equal(["(grin:1.2)", "hat"], Selection(("LoraTagReplacement", "smile,grin")).Apply(["(smile:1.2)", "hat", "smile"]).Tags);

    [Theory]
    [InlineData("LoraCharacterThreshold", "1.5")]
    [InlineData("LoraRatingThreshold", "40%")]
    [InlineData("LoraTagOrder", "alphabet")]
    [InlineData("LoraUseRatingTags", "yes")]
    [InlineData("LoraTagReplacement", "a,b,c")]
    [InlineData("LoraTagReplacement", "a")]
    public void A_value_that_is_none_is_an_error(string name, string value)
    {
        var values = new Dictionary<string, string> { [name] = value };
        var problem = Assert.Single(ProjectProperties.Check(values));
        Assert.Equal(problem, Assert.Throws<LoraBuildException>(() => TaggingSettings.Read(values)).Diagnostic);
        Assert.Equal(DiagnosticCode.InvalidProperty, problem.Code);
        Assert.Contains(name, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_part_of_the_key()
    {
        (string, string)[] settings =
        [
            ("LoraTaggerThreshold", "0.5"), ("LoraCharacterThreshold", "0.5"), ("LoraRatingThreshold", "0.5"), ("LoraTagOrder", "score"),
            ("LoraUseRatingTags", "true"),
            ("LoraUndesiredTags", "a"), ("LoraAlwaysFirstTags", "a"), ("LoraTagReplacement", "a,b"), ("LoraTagReplacement", "a,c"),
        ];
        Assert.Equal(
            settings.Length + 1, settings.Select(setting => Selection(setting).ToJson()).Append(Selection().ToJson()).Distinct().Count());
    }

    private static IReadOnlyList<string> Select(params (string, string)[] values) => Selection(values).Apply(Scores).Tags;

    private static TagSelection Selection(params (string Name, string Value)[] values) =>
        TaggingSettings.Read(values.ToDictionary(value => value.Name, value => value.Value));
}
