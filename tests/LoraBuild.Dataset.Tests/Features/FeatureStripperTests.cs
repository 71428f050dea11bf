using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Features;

public class FeatureStripperTests
{
    private static readonly FeatureStripper Default = new(Character.Named("hoshino aoi"));

    [Theory]
    [InlineData("long hair")]
    [InlineData("hair between eyes")]
    [InlineData("light brown hair")]
    [InlineData("blunt bangs")]
    [InlineData("ahoge")]
    [InlineData("french braid")]
    [InlineData("braided bangs")]
    [InlineData("low twintails")]
    [InlineData("double bun")]
    [InlineData("half-up hair")]
    [InlineData("yellow eyes")]
    [InlineData("heterochromia")]
    [InlineData("slit pupils")]
    [InlineData("black sclera")]
    [InlineData("horse ears")]
    [InlineData("pointy ears")]
    [InlineData("animal ear fluff")]
    [InlineData("fox tail")]
    [InlineData("dragon horns")]
    [InlineData("demon wings")]
    [InlineData("skin fang")]
    [InlineData("mole under eye")]
    [InlineData("dark skin")]
    [InlineData("dark-skinned female")]
    [InlineData("thick eyebrows")]
    [InlineData("facial mark")]
    [InlineData("scar on face")]
    [InlineData("1girl")]
    [InlineData("solo")]
    [InlineData("horse girl")]
    [InlineData("elf")]
    [InlineData("single wing")]
    [InlineData("eyebrow cut")]
    [InlineData("mechanical eye")]
    [InlineData("notched ear")]
    [InlineData("hair strand")]
    [InlineData("muscular female")]
    [InlineData("large breasts")]
    [InlineData("flat chest")]
    [InlineData("tall female")]
    [InlineData("mature female")]
    [InlineData("halo")]
    [InlineData("mechanical halo")]
    [InlineData("white fur")]
    [InlineData("symbol in eye")]
    [InlineData("heart in eye")]
    [InlineData("star-shaped pupils")]
    [InlineData("hair over shoulder")]
    [InlineData("hair behind ear")]
    [InlineData("hair between breasts")]
    [InlineData("arm tattoo")]
    [InlineData("oppai loli")]
    public void What_a_body_has_is_a_feature(string tag) => Assert.NotNull(Default.Reason(tag));

    [Theory]
    [InlineData("wooden chair")]
    [InlineData("polar bears")]
    [InlineData("closed eyes")]
    [InlineData("half-closed eyes")]
    [InlineData("empty eyes")]
    [InlineData("covered eyes")]
    [InlineData("v-shaped eyebrows")]
    [InlineData("fake animal ears")]
    [InlineData("fake tail")]
    [InlineData("hair ornament")]
    [InlineData("star hair ornament")]
    [InlineData("hair ribbon")]
    [InlineData("red hair ribbon")]
    [InlineData("hair flower")]
    [InlineData("hairband")]
    [InlineData("playing with own hair")]
    [InlineData("holding own tail")]
    [InlineData("covering own ears")]
    [InlineData("hat with ears")]
    [InlineData("wet hair")]
    [InlineData("floating hair")]
    [InlineData("french horn")]
    [InlineData("chicken wings")]
    [InlineData("magical girl")]
    [InlineData("solo focus")]
    [InlineData("2girls")]
    [InlineData("eyepatch")]
    [InlineData("^_^")]
    [InlineData("alternate hair color")]
    [InlineData("official alternate hair length")]
    [InlineData("hands in hair")]
    [InlineData("bunching hair")]
    [InlineData("ruffling hair")]
    [InlineData("shading eyes")]
    [InlineData("upturned eyes")]
    [InlineData("unusually open eyes")]
    [InlineData("deep skin")]
    [InlineData("anal tail")]
    [InlineData("glowing hair")]
    [InlineData("expressive hair")]
    [InlineData("blood in hair")]
    [InlineData("1boy")]
    [InlineData("1other")]
    [InlineData("beard")]
    [InlineData("facial hair")]
    [InlineData("cat boy")]
    [InlineData("muscular male")]
    [InlineData("dark-skinned male")]
    [InlineData("pubic hair")]
    [InlineData("black pubic hair")]
    [InlineData("armpit hair")]
    [InlineData("chest hair")]
    [InlineData("antlers")]
    [InlineData("reindeer antlers")]
    [InlineData("glowing eyes")]
    [InlineData("glowing horns")]
    [InlineData("glowing wings")]
    [InlineData("solid oval eyes")]
    [InlineData("ears visible through hair")]
    [InlineData("kemonomimi mode")]
    [InlineData("furry with non-furry")]
    public void What_only_sounds_like_a_feature_stays(string tag) => Assert.Null(Default.Reason(tag));

    [Fact]
    public void The_trigger_comes_first_although_the_tagger_did_not_know_her()
    {
        var result = Default.Strip(PictureTags.Of(["smile", "long hair"]));
        Assert.Equal(["hoshino aoi", "smile"], result.Tags);
        Assert.Equal(
            [new TagChange("hoshino aoi", TagChangeKind.Added, "trigger"), new TagChange(
                "long hair", TagChangeKind.Removed, "feature: hair, by a default pattern", "hoshino aoi")],
            result.Changes);
    }

    [Theory]
    [InlineData("silver hair", "feature: hair, by a default pattern")]
    [InlineData("swept bangs", "feature: hair")]
    [InlineData("red eyes", "feature: eyes, by a default pattern")]
    [InlineData("horse ears", "feature: ears, by a default pattern")]
    [InlineData("cat tail", "feature: tails")]
    public void A_reason_says_what_of_her_it_is(string tag, string reason) => Assert.Equal(reason, Default.Reason(tag));

    [Fact]
    public void A_reason_names_the_authors_pattern() => Assert.Equal(
        "feature: matches features.patterns '.*tattoo'",
        new FeatureStripper(Character.Named("aoi") with { Features = FeatureRules.Default with { Patterns = ["x+", ".*tattoo"] } })
            .Reason("arm tattoo"));

    [Fact]
    public void Aliases_fold_into_the_trigger_and_leave_it_once()
    {
        var stripper = new FeatureStripper(Character.Named("aoi_chan") with { Aliases = [@"hoshino aoi \(original\)"] });
        var result = stripper.Strip(PictureTags.Of(["smile", @"hoshino aoi \(original\)", "aoi_chan", "aoi chan"]));
        Assert.Equal(["aoi_chan", "smile"], result.Tags);
        Assert.Equal(2, result.Changes.Count(change => change is { Kind: TagChangeKind.Replaced, By: "aoi_chan" }));
    }

    [Fact]
    public void A_trigger_that_sounds_like_a_feature_is_still_the_trigger() =>
        Assert.Equal(
            ["silver hair"], new FeatureStripper(Character.Named("silver hair")).Strip(PictureTags.Of(["silver hair", "long hair"])).Tags);

    [Fact]
    public void The_authors_rules_win_over_the_tables_and_keep_wins_over_all()
    {
        var stripper = With(new FeatureRules([".* ribbon", "long .*"], ["closed eyes"], ["black hair", "long sleeves"], UseDefaults: true));
        Assert.Equal(
            ["aoi", "black hair", "long sleeves"],
            stripper.Strip(PictureTags.Of(["hair ribbon", "closed eyes", "black hair", "long sleeves", "long hair"])).Tags);
    }

    [Fact]
    public void A_pattern_matches_a_whole_tag_and_not_a_part_of_it() =>
        Assert.Equal(
            ["aoi", "hat ribbon"], With(new FeatureRules(["hat"], [], [], true)).Strip(PictureTags.Of(["hat", "hat ribbon"])).Tags);

    [Fact]
    public void Defaults_can_be_dropped() =>
        Assert.Equal(
            ["aoi", "long hair", "1girl"],
            With(FeatureRules.Default with { UseDefaults = false }).Strip(PictureTags.Of(["long hair", "1girl"])).Tags);

    [Fact]
    public void Of_a_boy_a_beard_is_his_and_the_girl_beside_him_another()
    {
        var stripper = new FeatureStripper(Character.Named("aoi"), person: "1boy");
        Assert.Equal(
            ["aoi", "1girl", "large breasts", "smile"],
            stripper.Strip(PictureTags.Of(["1girl", "1boy", "beard", "large breasts", "black hair", "smile"])).Tags);
    }

    [Fact]
    public void A_feature_that_the_author_added_by_hand_stays()
    {
        var input = PictureTags.Of(["blue hair", "long hair"]) with { Pinned = ["blue hair"] };
        Assert.Equal(["hoshino aoi", "blue hair"], Default.Strip(input).Tags);
    }

    [Fact]
    public void Nested_repetitions_take_no_longer_than_others() =>
        Assert.Null(With(new FeatureRules(["(a+)+b"], [], [], true)).Reason(new string('a', 4000)));

    [Fact]
    public void A_pattern_that_never_ends_is_an_error()
    {
        var stripper = With(new FeatureRules([@"(a+)+(?=b)\w*"], [], [], true));
        var exception = Assert.Throws<LoraBuildException>(() => stripper.Strip(PictureTags.Of([new string('a', 40)])));
        Assert.Equal(DiagnosticCode.InvalidValue, exception.Diagnostic.Code);
    }

    [Property]
    public void Any_tags_are_stripped_once_in_order_and_with_a_reason_for_each(string?[] words, int[] picks)
    {
        var input = AnyTags.Of(words, picks);
        var result = Default.Strip(input);
        AnyTags.AssertEveryChangeIsRecorded(input, result);
        Assert.Equal(result.Tags, Default.Strip(result).Tags);
        Assert.Equal("hoshino aoi", result.Tags[0]);
        Assert.Equal(result.Tags.Skip(1), input.Tags.Where(tag => !Tag.Comparer.Equals(tag, "hoshino aoi") && Default.Reason(tag) is null));
    }

    [Fact]
    public void A_spared_feature_stays_unless_the_author_names_it()
    {
        var spared = new HashSet<string> { "blue hair", "red hair" };
        var stripper =
            new FeatureStripper(Character.Named("aoi") with { Features = FeatureRules.Default with { Tags = ["red hair"] } }, spared);
        Assert.Equal(["aoi", "blue hair"], stripper.Strip(PictureTags.Of(["blue hair", "red hair", "black hair"])).Tags);
    }

    private static FeatureStripper With(FeatureRules rules) => new(Character.Named("aoi") with { Features = rules });
}
