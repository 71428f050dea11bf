using System.Text.Json;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Builds;

/// <summary>What the drawer of the example's pictures drew.</summary>
/// <param name="Id">The picture's id.</param>
/// <param name="Outfit">The outfit that she wears.</param>
/// <param name="Tags">Every tag that is true of the drawing.</param>
internal sealed record DrawnTruth(string Id, string Outfit, IReadOnlyList<string> Tags)
{
    private static readonly Character Character = CharacterFile.Read(Path.Combine(Repository.Example, "character.yaml")).Character!;

    /// <summary>All pictures of the example, parts of split ones by themselves.</summary>
    public static IReadOnlyList<DrawnTruth> Read()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "mini-world-truth.json")));
        return [.. json.RootElement.GetProperty("images").EnumerateArray().SelectMany(Pictures)];
    }

    /// <summary>Everything that belongs to the outfit, as character.yaml lists it.</summary>
    public IReadOnlyList<string> OutfitTags => Character.Outfits.Single(outfit => outfit.Name == Outfit).Tags;

    /// <summary>The caption that the rules make of true tags.</summary>
    public IReadOnlyList<string> Caption()
    {
        var stripped = new FeatureStripper(Character).Strip(PictureTags.Of(Tags));
        var deduped = new TagDeduplicator(Character, ImplicationTable.Danbooru).Deduplicate(stripped);
        return new OutfitAligner(Character, AlignmentOptions.Default).Align(deduped, new PictureEvidence(Tags), Outfit, []).Tags.Tags;
    }

    private static IEnumerable<DrawnTruth> Pictures(JsonElement image)
    {
        var name = Path.GetFileNameWithoutExtension(image.GetProperty("file").GetString()!);
        if (!image.TryGetProperty("parts", out var parts))
            return [Of(name, image)];
        return parts.EnumerateArray().Zip(["left", "right"], (part, side) => Of($"{name}-{side}", part)).ToList();
    }

    private static DrawnTruth Of(string id, JsonElement drawing) => new(
        id,
        drawing.GetProperty("outfit").GetString()!,
        [.. drawing.GetProperty("tags").EnumerateArray().Select(tag => Tag.Normalize(tag.GetString()!))]);
}
