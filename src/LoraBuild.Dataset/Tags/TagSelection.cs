using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// Selects tags by a tagger's scores, and has the rules for tags of all pictures. Options and their meaning are those of sd-scripts'
/// <c>tag_images_by_wd14_tagger.py</c>, with the difference that tags which always come first keep the order in which they are listed.
/// </summary>
public sealed record TagSelection
{
    private const string Undesired = "by LoraUndesiredTags", ReplacedForAll = "by LoraTagReplacement";

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

    /// <summary>The rules alone, which also hold for pictures whose tags come from a tag file.</summary>
    public TagSelection RulesAlone() =>
        new() { UndesiredTags = UndesiredTags, AlwaysFirstTags = AlwaysFirstTags, TagReplacement = TagReplacement };

    /// <summary>True if there is a rule.</summary>
    [JsonIgnore]
    public bool HasRules => UndesiredTags.Count + AlwaysFirstTags.Count + TagReplacement.Count > 0;

    /// <summary>The rules that changed nothing: by the name of each kind its tags that no picture had.</summary>
    /// <param name="pictures">The tags of all pictures after the rules, with their changes.</param>
    public IReadOnlyList<(string Rule, IReadOnlyList<string> Tags)> Unused(IEnumerable<PictureTags> pictures)
    {
        var (removed, replaced, present) =
            (new HashSet<string>(Tag.Comparer), new HashSet<string>(Tag.Comparer), new HashSet<string>(Tag.Comparer));
        foreach (var picture in pictures)
        {
            present.UnionWith(picture.Tags.Select(Tag.Unweighted));
            removed.UnionWith(picture.Changes.Where(change => change.Reason == Undesired).Select(change => Tag.Unweighted(change.Tag)));
            replaced.UnionWith(picture.Changes.Where(change => change.Reason == ReplacedForAll && change.Kind == TagChangeKind.Replaced)
                .Select(change => Tag.Unweighted(change.Tag)));
        }

        // One that replaces a tag by itself is told before any picture is read.
        var renamed = TagReplacement.Where(pair => !Tag.Comparer.Equals(pair.Key, pair.Value));
        return
        [
            .. new (string Rule, IReadOnlyList<string> Tags)[]
            {
                (nameof(UndesiredTags), [.. UndesiredTags.Where(tag => !removed.Contains(tag))]),
                (nameof(AlwaysFirstTags), [.. AlwaysFirstTags.Where(tag => !present.Contains(tag))]),
                (nameof(TagReplacement), [.. renamed.Select(pair => pair.Key).Where(tag => !replaced.Contains(tag))]),
            }.Where(unused => unused.Tags.Count > 0),
        ];
    }

    /// <summary>A picture's tags. What scored high enough and is not among them has its reason.</summary>
    public PictureTags Apply(TagScores scores)
    {
        var scored = scores.General.Where(score => score.Value >= GeneralThreshold)
            .Concat(scores.Character.Where(score => score.Value >= CharacterThreshold));
        if (Order == TagOrder.Score)
            scored = scored.OrderByDescending(score => score.Value);
        var tags = scored.Select(score => score.Key).ToList();
        if (UseRatingTags && scores.Rating.Count > 0 && scores.Rating.MaxBy(rating => rating.Value) is var rating
            && rating.Value >= RatingThreshold)
            tags.Insert(0, rating.Key);
        return Apply(tags);
    }

    /// <summary>
    /// Tags after <see cref="TagReplacement"/>, <see cref="UndesiredTags"/> and <see cref="AlwaysFirstTags"/>, which know a weighted tag by
    /// its words. Repetitions stay.
    /// </summary>
    public PictureTags Apply(IReadOnlyList<string> given)
    {
        var tags = given.ToList();
        var changes = new List<TagChange>();
        foreach (var (old, replacement) in TagReplacement)
            Replace(tags, old, replacement, changes);
        foreach (var tag in tags.FindAll(tag => UndesiredTags.Any(undesired => Says(tag, undesired))))
        {
            tags.Remove(tag);
            changes.Add(new TagChange(tag, TagChangeKind.Removed, Undesired));
        }

        var first = AlwaysFirstTags.Distinct(Tag.Comparer).SelectMany(listed => tags.Where(tag => Says(tag, listed))).ToList();
        tags.RemoveAll(first.Contains);
        return PictureTags.Of([.. first, .. tags]) with { Changes = changes };
    }

    private static bool Says(string tag, string listed) => Tag.Comparer.Equals(Tag.Unweighted(tag), listed);

    private static void Replace(List<string> tags, string old, string replacement, List<TagChange> changes)
    {
        if (Tag.Comparer.Equals(old, replacement))
            return;
        while (tags.FindIndex(tag => Says(tag, old)) is >= 0 and var index)
        {
            var replaced = tags[index];
            changes.Add(new TagChange(replaced, TagChangeKind.Replaced, ReplacedForAll, replacement));
            if (tags.Exists(tag => Says(tag, replacement)))
            {
                tags.RemoveAt(index);
                continue;
            }

            tags[index] = replaced.Replace(Tag.Unweighted(replaced), replacement, StringComparison.Ordinal) is var weighted
                && Says(weighted, replacement)
                ? weighted
                : replacement;
            changes.Add(new TagChange(tags[index], TagChangeKind.Added, ReplacedForAll));
        }
    }
}

/// <summary>A selection as JSON, for keys. Compiled with the program, because serialisation by reflection takes long to start.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TagSelection))]
internal sealed partial class TagSelectionJson : JsonSerializerContext;
