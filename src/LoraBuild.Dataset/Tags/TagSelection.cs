using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// Selects tags by a tagger's scores. Options and their meaning are those of sd-scripts' <c>tag_images_by_wd14_tagger.py</c>, with one
/// difference: tags which always come first keep the order in which they are listed.
/// </summary>
public sealed record TagSelection
{
    /// <summary>The lowest score of a general tag, 0 to 1.</summary>
    public float GeneralThreshold { get; init; } = 0.4f;

    /// <summary>The lowest score of a character tag, 0 to 1.</summary>
    public float CharacterThreshold { get; init; } = 0.4f;

    /// <summary>The lowest score of the rating where <see cref="UseRatingTags"/>, 0 to 1.</summary>
    public float RatingThreshold { get; init; }

    /// <summary>The order of the tags.</summary>
    public TagOrder Order { get; init; }

    /// <summary>True to make the likeliest rating (general, sensitive, questionable, explicit) the first tag.</summary>
    public bool UseRatingTags { get; init; }

    /// <summary>Tags that no picture gets.</summary>
    public IReadOnlyList<string> UndesiredTags { get; init; } = [];

    /// <summary>Tags that come first where a picture has them.</summary>
    public IReadOnlyList<string> AlwaysFirstTags { get; init; } = [];

    /// <summary>Old tag and new tag: the new one takes the old one's place.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> TagReplacement { get; init; } = [];

    /// <summary>Everything that the selection depends on, as text: for keys.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TagSelectionJson.Default.TagSelection);

    /// <summary>A picture's tags. What scored high enough and is not among them has its reason.</summary>
    public PictureTags Apply(TagScores scores)
    {
        var changes = new List<TagChange>();
        var scored = scores.General.Where(score => score.Value >= GeneralThreshold)
            .Concat(scores.Character.Where(score => score.Value >= CharacterThreshold));
        if (Order == TagOrder.Score)
            scored = scored.OrderByDescending(score => score.Value);
        var tags = scored.Select(score => score.Key).ToList();
        if (UseRatingTags && scores.Rating.Count > 0 && scores.Rating.MaxBy(rating => rating.Value) is var rating
            && rating.Value >= RatingThreshold)
            tags.Insert(0, rating.Key);
        foreach (var (old, replacement) in TagReplacement)
            Replace(tags, old, replacement, changes);
        foreach (var tag in tags.Where(tag => UndesiredTags.Contains(tag, Tag.Comparer)).ToList())
        {
            tags.Remove(tag);
            changes.Add(new TagChange(tag, TagChangeKind.Removed, "undesired"));
        }

        var first = AlwaysFirstTags.Where(tag => tags.Contains(tag, Tag.Comparer)).Distinct(Tag.Comparer).ToList();
        tags.RemoveAll(tag => first.Contains(tag, Tag.Comparer));
        return PictureTags.Of([.. first, .. tags]) with { Changes = changes };
    }

    private static void Replace(List<string> tags, string old, string replacement, List<TagChange> changes)
    {
        var index = tags.FindIndex(tag => Tag.Comparer.Equals(tag, old));
        if (index < 0 || Tag.Comparer.Equals(old, replacement))
            return;
        changes.Add(new TagChange(old, TagChangeKind.Replaced, "replaced for all pictures", replacement));
        if (tags.Contains(replacement, Tag.Comparer))
        {
            tags.RemoveAt(index);
            return;
        }

        tags[index] = replacement;
        changes.Add(new TagChange(replacement, TagChangeKind.Added, "replaced for all pictures"));
    }
}

/// <summary>A selection as JSON, for keys. Compiled with the program, because serialisation by reflection takes long to start.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TagSelection))]
internal sealed partial class TagSelectionJson : JsonSerializerContext;
