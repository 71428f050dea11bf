using System.Text.Json;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Outfits;

public class OutfitAlignerTests
{
    private static readonly Character Aoi = Character.Named("hoshino aoi") with
    {
        Outfits =
        [
            new("race", [
                "white shirt", "yellow necktie", "black gloves", "long sleeves", "belt", "black skirt", "pleated skirt", "black pantyhose",
                "white footwear",
            ],
                Trigger: "aoi race", When: new OutfitCondition(["necktie"], [])),
            new("dress", ["white dress", "frilled collar", "jewelry"]),
        ],
    };

    private static readonly OutfitAligner Aligner = new(Aoi, AlignmentOptions.Default);

    [Fact]
    public void A_vaguer_or_wrong_name_of_a_garment_is_replaced_where_it_stands()
    {
        var result = Align("hoshino aoi, smile, white gloves, fingerless gloves, standing, necktie");
        Assert.Equal("hoshino aoi, aoi race, smile, black gloves, standing, yellow necktie", TagList.Format(result.Tags.Tags));
        Assert.Contains(
            new TagChange("white gloves", TagChangeKind.Replaced, "outfit race: same garment (gloves)", "black gloves"),
            result.Tags.Changes);
        Assert.Contains(
            new TagChange("fingerless gloves", TagChangeKind.Replaced, "outfit race: same garment (gloves)", "black gloves"),
            result.Tags.Changes);
    }

    [Fact]
    public void A_word_of_a_tag_file_is_not_replaced_by_its_opposite_which_is_told_instead()
    {
        var hooded =
            Character.Named("aoi") with { Outfits = [new("cold", ["hood up", "long sleeves", "black gloves"])], File = "character.yaml" };
        var aligner = new OutfitAligner(hooded, AlignmentOptions.Default);
        IReadOnlyList<string> tags = ["aoi", "hood down", "sleeveless", "white gloves"];
        Assert.Equal(
            ["aoi", "hood down", "sleeveless", "black gloves"],
            aligner.Align(PictureTags.Of(tags), new PictureEvidence(tags), "cold", []).Tags.Tags);

        var warnings =
            aligner.Warnings([("a", new PictureEvidence(tags), "cold"), ("b", new PictureEvidence(["hood down"]), "cold")]).ToList();
        Assert.Equal(["a b", "a"], warnings.Select(warning => string.Join(' ', warning.Pictures)));
        Assert.Equal((DiagnosticCode.ContradictoryTags, "character.yaml"), (warnings[0].Diagnostic.Code, warnings[0].Diagnostic.File));
        Assert.StartsWith(
            "'hood down' of the tag file and 'hood up' of the outfit 'cold' exclude each other in a, b.", warnings[0].Diagnostic.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_taggers_opposite_is_a_mistake_and_is_replaced()
    {
        var hooded = Character.Named("aoi") with { Outfits = [new("cold", ["hood up"])] };
        IReadOnlyList<string> tags = ["aoi", "hood down"];
        var evidence = new PictureEvidence(tags, new Dictionary<string, float> { ["hood down"] = 0.5f });
        Assert.Equal(
            ["aoi", "hood up"],
            new OutfitAligner(hooded, AlignmentOptions.Default).Align(PictureTags.Of(tags), evidence, "cold", []).Tags.Tags);
    }

    [Fact]
    public void What_lies_beside_her_is_not_worn() =>
        Assert.Equal(VerdictBasis.NotWorn, Verdict(Align("hoshino aoi, necktie, shoes removed"), "white footwear").Basis);

    [Fact]
    public void All_tags_of_a_garment_show_when_one_does() =>
        Assert.Equal(
            "hoshino aoi, aoi race, yellow necktie, black skirt, pleated skirt",
            TagList.Format(Align("hoshino aoi, yellow necktie, miniskirt").Tags.Tags));

    [Fact]
    public void What_she_does_with_a_garment_shows_it_and_stays()
    {
        var result = Align("hoshino aoi, necktie, adjusting gloves, belt buckle");
        Assert.Equal("hoshino aoi, aoi race, yellow necktie, adjusting gloves, belt, black gloves", TagList.Format(result.Tags.Tags));
    }

    [Fact]
    public void Clothes_that_the_outfit_does_not_have_stay() =>
        Assert.Contains("straw hat", Align("hoshino aoi, necktie, straw hat").Tags.Tags);

    [Fact]
    public void A_score_below_the_tagging_threshold_proves_what_is_known_to_be_worn()
    {
        var scores = new Dictionary<string, float> { ["black gloves"] = 0.09f, ["gloves"] = 0.1f, ["belt"] = 0.099f, ["no shoes"] = 0.3f };
        var result = Align("hoshino aoi, necktie", scores);
        Assert.Equal("hoshino aoi, aoi race, yellow necktie, black gloves", TagList.Format(result.Tags.Tags));
        Assert.Equal(
            new OutfitVerdict("black gloves", true, VerdictBasis.Score, "score of gloves is 0.10"), Verdict(result, "black gloves"));
        Assert.Equal(VerdictBasis.Undecided, Verdict(result, "belt").Basis);
        Assert.Equal(VerdictBasis.Undecided, Verdict(result, "white footwear").Basis);
    }

    [Theory]
    [InlineData(
        "full body",
        "white shirt, yellow necktie, black gloves, long sleeves, belt, black skirt, pleated skirt, black pantyhose, white footwear", "")]
    [InlineData(
        "cowboy shot", "white shirt, yellow necktie, black gloves, long sleeves, belt, black skirt, pleated skirt, black pantyhose", "")]
    [InlineData("upper body", "white shirt, yellow necktie, long sleeves", "black gloves, belt")]
    [InlineData("portrait", "white shirt, yellow necktie", "long sleeves")]
    [InlineData(
        "lower body", "yellow necktie, black skirt, pleated skirt, black pantyhose", "black gloves, long sleeves, belt, white footwear")]
    [InlineData(
        "smile", "yellow necktie",
        "white shirt, black gloves, long sleeves, belt, black skirt, pleated skirt, black pantyhose, white footwear")]
    public void Framing_rules_parts_in_or_out_and_leaves_the_rest_undecided(string framing, string shown, string undecided)
    {
        var result = Align($"hoshino aoi, necktie, {framing}");
        Assert.Equal(shown, TagList.Format(result.Verdicts.Where(verdict => verdict.IsShown).Select(verdict => verdict.Tag)));
        Assert.Equal(undecided, TagList.Format(result.Undecided.Select(verdict => verdict.Tag)));
    }

    [Fact]
    public void Framing_tags_that_contradict_each_other_decide_nothing() =>
        Assert.Equal(VerdictBasis.Undecided, Verdict(Align("hoshino aoi, necktie, full body, feet out of frame"), "white footwear").Basis);

    [Fact]
    public void Evidence_wins_over_framing() =>
        Assert.True(Verdict(Align("hoshino aoi, necktie, portrait, gloves"), "black gloves").IsShown);

    [Fact]
    public void A_tag_that_says_so_takes_a_garment_off()
    {
        var verdict = Verdict(Align("hoshino aoi, necktie, full body, barefoot"), "white footwear");
        Assert.Equal(new OutfitVerdict("white footwear", false, VerdictBasis.NotWorn, "tag barefoot"), verdict);
    }

    [Fact]
    public void What_the_author_hides_is_never_shown_under_any_name()
    {
        var result = Align("hoshino aoi, necktie, full body, black skirt, miniskirt, brown footwear", hidden: ["skirt", "white footwear"]);
        Assert.DoesNotContain(result.Tags.Tags, tag => GarmentTable.Default.Named(tag)?.Name is "skirt" or "footwear");
        Assert.Equal("hidden: skirt", Verdict(result, "pleated skirt").Reason);
        Assert.Contains(
            new TagChange("brown footwear", TagChangeKind.Removed, "outfit race: its footwear does not show"), result.Tags.Changes);
    }

    [Fact]
    public void Undecided_parts_can_be_kept()
    {
        var result = new OutfitAligner(Aoi, new AlignmentOptions(Undecided: Undecided.Keep))
            .Align(Of("hoshino aoi, necktie, portrait"), new PictureEvidence(["necktie", "portrait"]), null, []);
        Assert.Equal(["hoshino aoi", "aoi race", "yellow necktie", "portrait", "white shirt", "long sleeves"], result.Tags.Tags);
    }

    [Fact]
    public void A_garment_tag_added_by_hand_stands_in_for_the_outfits_own()
    {
        var input = TagEdit.Apply(["necktie", "gloves"], [new TagEdit(["red gloves"], ["white shirt"], new Dictionary<string, string>())]);
        var result = Aligner.Align(input, new PictureEvidence([.. input.Tags, "full body"]), null, []);
        Assert.Contains("red gloves", result.Tags.Tags);
        Assert.DoesNotContain("black gloves", result.Tags.Tags);
        Assert.DoesNotContain("white shirt", result.Tags.Tags);
        Assert.DoesNotContain("gloves", result.Tags.Tags);
    }

    [Fact]
    public void A_tag_that_an_outfits_tag_implies_is_not_said_beside_it()
    {
        var result = Align("hoshino aoi, white dress, frills, portrait");
        Assert.Equal("hoshino aoi, white dress, portrait, frilled collar", TagList.Format(result.Tags.Tags));
        Assert.Contains(new TagChange("frills", TagChangeKind.Removed, "implied by frilled collar", "frilled collar"), result.Tags.Changes);
    }

    [Fact]
    public void An_outfit_that_says_a_thing_twice_says_it_once_in_captions()
    {
        var character = Character.Named("aoi") with { Outfits = [new("one", ["skirt", "black skirt"])] };
        var result =
            new OutfitAligner(character, AlignmentOptions.Default).Align(Of("aoi, skirt"), new PictureEvidence(["skirt"]), "one", []);
        Assert.Equal(["aoi", "black skirt"], result.Tags.Tags);
    }

    [Fact]
    public void A_tag_of_no_known_garment_is_proved_by_itself_or_by_one_that_implies_it()
    {
        Assert.False(Verdict(Align("hoshino aoi, white dress"), "jewelry").IsShown);
        Assert.True(Verdict(Align("hoshino aoi, white dress, earrings"), "jewelry").IsShown);
        Assert.True(Verdict(Align("hoshino aoi, white dress", new Dictionary<string, float> { ["jewelry"] = 0.2f }), "jewelry").IsShown);
    }

    [Fact]
    public void Without_an_outfit_nothing_changes()
    {
        var result = Align("hoshino aoi, kimono, smile");
        Assert.Null(result.Outfit);
        Assert.Equal(["hoshino aoi", "kimono", "smile"], result.Tags.Tags);
        Assert.Empty(result.Tags.Changes);
    }

    [Property]
    public void Any_picture_is_aligned_once_in_order_and_with_a_reason_for_each(
        string?[] words, int[] picks, int[] scored, bool hide, bool keep)
    {
        var input = new TagDeduplicator(Aoi, ImplicationTable.Danbooru).Deduplicate(AnyTags.Of(words, picks));
        var scores = scored.Distinct().ToDictionary(
            pick => AnyTags.AllKnown[(pick & int.MaxValue) % AnyTags.AllKnown.Count] + (pick % 2 == 0 ? "" : $" {pick}"), _ => 0.2f);
        var evidence = new PictureEvidence(input.Tags, scores);
        var aligner = new OutfitAligner(Aoi, new AlignmentOptions(Undecided: keep ? Undecided.Keep : Undecided.Drop));
        string[] hidden = hide ? ["skirt", "white footwear"] : [];

        var result = aligner.Align(input, evidence, null, hidden);

        AnyTags.AssertEveryChangeIsRecorded(input, result.Tags);
        Assert.Equal(result.Tags.Tags, aligner.Align(result.Tags, evidence, null, hidden).Tags.Tags);
        var outfit = Aoi.Outfits.FirstOrDefault(candidate => candidate.Name == result.Outfit);
        Assert.All(
            result.Tags.Tags.Except(input.Tags, Tag.Comparer), tag => Assert.True(tag == outfit!.Trigger || outfit.Tags.Contains(tag)));
        Assert.Equal(result.Tags.Tags.Where(tag => input.Tags.Contains(tag)), input.Tags.Where(tag => result.Tags.Tags.Contains(tag)));
        Assert.Equal(result.Tags.Tags.Count, result.Tags.Tags.Distinct(Tag.Comparer).Count());
        if (hide) Assert.DoesNotContain(result.Tags.Tags, tag => ImplicationTable.Danbooru.Implies(tag, "skirt"));
    }

    [Fact]
    public void A_result_survives_JSON()
    {
        var json = JsonSerializer.Serialize(Align("hoshino aoi, necktie, portrait, gloves"));
        Assert.Contains("\"Basis\":\"Framing\"", json, StringComparison.Ordinal);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<AlignedTags>(json)));
    }

    private static PictureTags Of(string tags) => PictureTags.Of(TagList.Parse(tags));

    private static AlignedTags Align(string tags, IReadOnlyDictionary<string, float>? scores = null, IReadOnlyList<string>? hidden = null)
    {
        var input = Of(tags);
        return Aligner.Align(input, new PictureEvidence(input.Tags, scores), null, hidden ?? []);
    }

    private static OutfitVerdict Verdict(AlignedTags result, string tag) => Assert.Single(result.Verdicts, verdict => verdict.Tag == tag);
}
