using System.Text.Json;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Captions;

/// <summary>The example project's character.yaml against what its drawer knows of each picture.</summary>
public sealed class MiniWorldTests
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "Data");
    private static readonly JsonElement Truth =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Data, "mini-world-truth.json"))).RootElement;
    private static readonly Character Aoi = CharacterFile.Read(Path.Combine(Data, "character.yaml")).Character!;
    private static readonly HashSet<string> Features = [.. Tags(Truth.GetProperty("feature_tags")), "1girl", "solo"];

    [Fact]
    public void The_example_resolves_to_its_25_pictures_without_a_complaint()
    {
        var files = Truth.GetProperty("images").EnumerateArray().Select(image => new SourcePicture(image.GetProperty("file").GetString()!))
            .ToArray();
        var resolved = CastResolver.Resolve([new(Aoi, "")], files, []);
        Assert.Empty(resolved.Diagnostics);
        Assert.Equal(25, resolved.Pictures.Count);
        Assert.Equal(
            ["aoi_103-left 8", "aoi_103-right 8"],
            resolved.Pictures.Where(picture => picture.Part is not null).Select(picture => $"{picture.Id} {picture.Repeats}"));
        Assert.Equal([16, 8, 4], resolved.Pictures.Select(picture => picture.Repeats).Distinct().OrderDescending());
    }

    [Fact]
    public void Every_picture_gets_exactly_the_visible_tags_of_its_outfit_and_no_feature()
    {
        var pictures = Truth.GetProperty("images").EnumerateArray()
            .SelectMany(image => image.TryGetProperty("parts", out var parts) ? parts.EnumerateArray().ToArray() : [image])
            .ToArray();
        Assert.Equal(25, pictures.Length);
        Assert.All(pictures, picture =>
        {
            var truth = Tags(picture.GetProperty("tags"));
            var outfit = Aoi.Outfits.Single(outfit => outfit.Name == picture.GetProperty("outfit").GetString());

            var result = Caption(truth);

            Assert.Equal(outfit.Name, result.Outfit);
            Assert.Equal(Aoi.Trigger, result.Tags.Tags[0]);
            Assert.DoesNotContain(result.Tags.Tags, Features.Contains);
            Assert.Equal(
                outfit.Tags.Where(truth.Contains).Order(),
                result.Tags.Tags.Where(tag => GarmentTable.Default.Named(tag) is not null || outfit.Tags.Contains(tag)).Order());

            // Whatever is not hers and not worn is still said, by itself or by a tag that implies it.
            var rest = truth.Where(tag => !Features.Contains(tag) && GarmentTable.Default.Named(tag) is null && tag != "frills");
            Assert.All(rest, tag => Assert.Contains(result.Tags.Tags, said => said == tag || ImplicationTable.Danbooru.Implies(said, tag)));
        });
    }

    [Fact]
    public void Of_what_a_tagger_really_says_StripFeatures_takes_her_features_and_nothing_else()
    {
        var lines = File.ReadLines(Path.Combine(Data, "example-tags.txt")).Where(line => line[0] != '#').ToList();
        Assert.Equal(25, lines.Count);
        Assert.All(lines, line =>
        {
            var raw = TagList.Parse(line.Split(" | ")[2]);
            var stripped = new FeatureStripper(Aoi).Strip(PictureTags.Of(raw));
            Assert.Equal([Aoi.Trigger, .. raw.Where(tag => !Features.Contains(tag))], stripped.Tags);
        });
    }

    private static AlignedTags Caption(IReadOnlyList<string> raw)
    {
        var stripped = new FeatureStripper(Aoi).Strip(PictureTags.Of(raw));
        var deduplicated = new TagDeduplicator(Aoi, ImplicationTable.Danbooru).Deduplicate(stripped);
        return new OutfitAligner(Aoi, AlignmentOptions.Default).Align(deduplicated, new PictureEvidence(raw), null, []);
    }

    private static string[] Tags(JsonElement list) => [.. list.EnumerateArray().Select(tag => Tag.Normalize(tag.GetString()!))];
}
