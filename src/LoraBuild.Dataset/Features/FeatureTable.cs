using LoraBuild.Dataset.Tables;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Features;

/// <summary>
/// Tags that are features of a body, and tags that only sound so (Features/features.txt). An entry stands for itself and for every tag that
/// ends with it in whole words; the longest entry that fits a tag decides. An entry <c>words *</c> stands for every longer tag that begins
/// so. Some features are only such a person's (<c>beard</c>: 1boy).
/// </summary>
public sealed class FeatureTable
{
    private const string File = "Features/features.txt";

    /// <summary>The category of tags that are no features although a pattern or a shorter entry says so.</summary>
    private const string Stays = "stays";

    /// <summary>The category of tags that say of what kind and how many the persons are.</summary>
    private const string Who = "who";

    /// <summary>The categories of tags that say of which person they speak begin so: <c>of 1boy</c>.</summary>
    private const string Of = "of ";

    private static readonly Lazy<FeatureTable> LazyDefault = new(() => new FeatureTable(TableFile.ReadEmbedded(File)));

    private readonly Dictionary<string, string> categoryByEnding = new(Tag.Comparer);
    private readonly Dictionary<string, string> categoryByFirstWords = new(Tag.Comparer);
    private readonly Dictionary<string, string> personByEnding = new(Tag.Comparer);
    private readonly int longestEnding;
    private readonly int longestFirstWords;

    private FeatureTable(IReadOnlyList<TableEntry> entries)
    {
        foreach (var entry in entries)
        {
            var colon = entry.Text.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0) throw TableFile.Malformed(File, entry, "'category: tag, tag'");
            var category = entry.Text[..colon];
            foreach (var tag in TagList.Parse(entry.Text[(colon + 2)..]))
            {
                var isPrefix = tag.EndsWith(" *", StringComparison.Ordinal);
                var added = category.StartsWith(Of, StringComparison.Ordinal) ? personByEnding.TryAdd(tag, category[Of.Length..])
                    : isPrefix ? categoryByFirstWords.TryAdd(tag[..^2], category)
                    : categoryByEnding.TryAdd(tag, category);
                if (!added) throw TableFile.Malformed(File, entry, $"'{tag}' only once");
            }
        }

        longestEnding = Words.LongestOf(categoryByEnding.Keys.Concat(personByEnding.Keys));
        longestFirstWords = Words.LongestOf(categoryByFirstWords.Keys);
    }

    /// <summary>The table that ships with LoraBuild.</summary>
    public static FeatureTable Default => LazyDefault.Value;

    /// <summary>
    /// The category of a feature (<c>hair</c>, <c>eyes</c>, ...), or null where the table does not call the tag a feature.
    /// </summary>
    public string? FeatureCategory(string tag) => Find(tag) is { } category && category != Stays ? category : null;

    /// <summary>True if the table says that the tag is no feature: a state, an action, or something that she wears.</summary>
    public bool IsKept(string tag) => Find(tag) == Stays;

    /// <summary>The persons of whom the table has features of their own: <c>1girl</c>, <c>1boy</c>, ...</summary>
    public IEnumerable<string> Persons => personByEnding.Values.Distinct();

    /// <summary>
    /// The person of whom alone the tag can be a feature (<c>1boy</c> of <c>beard</c>), or null where it can be anybody's.
    /// </summary>
    public string? PersonOf(string tag)
    {
        foreach (var ending in Words.Endings(tag, longestEnding))
            if (personByEnding.TryGetValue(ending, out var person)) return person;
        return null;
    }

    /// <summary>
    /// True if the table lists the tag among those that say of what kind and how many the persons are: <c>1girl</c>, <c>solo</c>.
    /// </summary>
    public bool IsWho(string tag) => Find(tag) == Who;

    private string? Find(string tag)
    {
        // What someone does to hair or a tail (holding own tail) is an action, whatever it ends with.
        var byFirstWords = FindByFirstWords(tag);
        if (byFirstWords == Stays) return Stays;
        foreach (var ending in Words.Endings(tag, longestEnding))
            if (categoryByEnding.TryGetValue(ending, out var category)) return category;
        return byFirstWords;
    }

    private string? FindByFirstWords(string tag)
    {
        foreach (var beginning in Words.Beginnings(tag, longestFirstWords).Reverse())
            if (categoryByFirstWords.TryGetValue(beginning, out var category)) return category;
        return null;
    }
}
