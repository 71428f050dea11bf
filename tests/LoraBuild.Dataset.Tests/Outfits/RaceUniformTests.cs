using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Outfits;

/// <summary>One outfit in two pictures that show different parts of it, from the tagger's words to the caption.</summary>
public class RaceUniformTests
{
    private static readonly Character Cafe = CharacterFile.Parse(
        """
        trigger: manhattan cafe \(umamusume\)
        outfits:
          race uniform:
            trigger: cafe race uniform
            when: {any: [yellow necktie]}
            tags: [black choker, black gloves, long sleeves, collared shirt, yellow necktie, black vest, black coat,
                   belt, black skirt, pleated skirt, black pantyhose, shoes, white footwear]
        """,
        "character.yaml").Character!;

    [Fact]
    public void From_head_to_foot_everything_is_named_and_nothing_by_a_wrong_or_vaguer_name() => Assert.Equal(
        @"manhattan cafe \(umamusume\), cafe race uniform, full body, yellow necktie, black gloves, black coat, black vest, "
            + "collared shirt, black skirt, pleated skirt, black pantyhose, shoes, white footwear, standing, white background, "
            + "black choker, long sleeves, belt",
        Caption(
            @"1girl, manhattan cafe \(umamusume\), solo, full body, horse ears, black hair, yellow eyes, yellow necktie, gloves, "
                + "black coat, coat, vest, shirt, skirt, pantyhose, black footwear, standing, simple background, white background",
            new Dictionary<string, float>(),
            []));

    [Fact]
    public void A_portrait_names_what_is_above_its_edge_and_what_the_tagger_half_sees() => Assert.Equal(
        @"manhattan cafe \(umamusume\), cafe race uniform, portrait, yellow necktie, black coat, smile, white background, black choker, "
            + "collared shirt, black vest",
        Caption(
            @"1girl, manhattan cafe \(umamusume\), solo, portrait, horse ears, black hair, yellow eyes, yellow necktie, necktie, coat, "
                + "smile, simple background, white background",
            new Dictionary<string, float> { ["choker"] = 0.15f, ["shoes"] = 0.5f, ["belt"] = 0.02f },
            ["shoes", "white footwear"]));

    private static string Caption(string raw, IReadOnlyDictionary<string, float> scores, IReadOnlyList<string> hidden)
    {
        var tags = TagList.Parse(raw);
        var stripped = new FeatureStripper(Cafe).Strip(PictureTags.Of(tags));
        var deduplicated = new TagDeduplicator(Cafe, ImplicationTable.Danbooru).Deduplicate(stripped);
        var aligned =
            new OutfitAligner(Cafe, AlignmentOptions.Default).Align(deduplicated, new PictureEvidence(tags, scores), null, hidden);
        return Dataset.Captions.Caption.Of(aligned.Tags.Tags);
    }
}
