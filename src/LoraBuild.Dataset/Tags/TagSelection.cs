using System.Globalization;
using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// Which tags follow from a tagger's scores. Options and their meaning are those of sd-scripts' <c>tag_images_by_wd14_tagger.py</c>, with the
/// difference that tags which always come first keep the order in which they are listed.
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

    /// <summary>Whether the likeliest rating (general, sensitive, questionable, explicit) is the first tag.</summary>
    public bool UseRatingTags { get; init; }

    /// <summary>Tags that no picture gets.</summary>
    public IReadOnlyList<string> UndesiredTags { get; init; } = [];

    /// <summary>Tags that come first where a picture has them.</summary>
    public IReadOnlyList<string> AlwaysFirstTags { get; init; } = [];

    /// <summary>Old tag and new tag: the new one takes the old one's place.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> TagReplacement { get; init; } = [];

    /// <summary>Reads the selection from properties by name; ones that are missing have their default.</summary>
    /// <param name="values">Values by property name, such as <c>LoraTaggerThreshold</c>.</param>
    /// <param name="problems">LB1008 for every value that is none.</param>
    public static TagSelection Parse(IReadOnlyDictionary<string, string> values, out IReadOnlyList<Diagnostic> problems)
    {
        var found = new List<Diagnostic>();
        problems = found;
        var general = Threshold("LoraTaggerThreshold", 0.4f);
        return new TagSelection
        {
            GeneralThreshold = general,
            CharacterThreshold = Threshold("LoraCharacterThreshold", general),
            RatingThreshold = Threshold("LoraRatingThreshold", 0),
            Order = OneOf("LoraTagOrder", "model", "score") == 1 ? TagOrder.Score : TagOrder.Model,
            UseRatingTags = OneOf("LoraUseRatingTags", "false", "true") == 1,
            UndesiredTags = TagList.Parse(Value("LoraUndesiredTags")),
            AlwaysFirstTags = TagList.Parse(Value("LoraAlwaysFirstTags")),
            TagReplacement = Replacement("LoraTagReplacement"),
        };

        string Value(string name) => values.GetValueOrDefault(name, "");

        float Threshold(string name, float usual)
        {
            if (Value(name).Length == 0)
                return usual;
            if (float.TryParse(Value(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var threshold) && threshold is >= 0 and <= 1)
                return threshold;
            Invalid(name, "a number from 0 to 1");
            return usual;
        }

        int OneOf(string name, params string[] choices)
        {
            if (Value(name).Length == 0)
                return 0;
            var index = Array.IndexOf(choices, Value(name));
            if (index < 0)
                Invalid(name, string.Join(" or ", choices));
            return index;
        }

        IReadOnlyList<KeyValuePair<string, string>> Replacement(string name)
        {
            var pairs = SplitUnescaped(Value(name), ';').Where(pair => pair.Trim().Length > 0).Select(pair => SplitUnescaped(pair, ',')).ToList();
            if (pairs.All(pair => pair.Count == 2 && pair.All(tag => tag.Trim().Length > 0)))
                return [.. pairs.Select(pair => KeyValuePair.Create(Tag.Normalize(Unescape(pair[0])), Tag.Normalize(Unescape(pair[1]))))];
            Invalid(name, @"'old,new;old,new'; a comma or semicolon within a tag is written \, or \;");
            return [];
        }

        void Invalid(string name, string allowed) => found.Add(new Diagnostic(
            DiagnosticCode.InvalidProperty, Severity.Error, $"{name} is '{Value(name)}'; it must be {allowed}."));
    }

    /// <summary>Everything that the selection depends on, as text: for keys.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CharacterJson.Default.TagSelection);

    /// <summary>A picture's tags. What scored high enough and is not among them has its reason.</summary>
    public PictureTags Apply(TagScores scores)
    {
        var changes = new List<TagChange>();
        var scored = scores.General.Where(score => score.Value >= GeneralThreshold)
            .Concat(scores.Character.Where(score => score.Value >= CharacterThreshold));
        if (Order == TagOrder.Score)
            scored = scored.OrderByDescending(score => score.Value);
        var tags = scored.Select(score => score.Key).ToList();
        if (UseRatingTags && scores.Rating.Count > 0 && scores.Rating.MaxBy(rating => rating.Value) is var rating && rating.Value >= RatingThreshold)
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

    private static List<string> SplitUnescaped(string text, char separator)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != separator || (i > 0 && text[i - 1] == '\\'))
                continue;
            parts.Add(text[start..i]);
            start = i + 1;
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static string Unescape(string text) => text.Replace(@"\,", ",", StringComparison.Ordinal).Replace(@"\;", ";", StringComparison.Ordinal);
}
