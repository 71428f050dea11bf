using System.Collections.Concurrent;
using LoraBuild.Dataset.Tables;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>The table of tags and the garments that they speak of (Outfits/garments.txt). Safe for any number of threads.</summary>
public sealed class GarmentTable
{
    private const string File = "Outfits/garments.txt";

    // Of the ways, these say that the garment is not on anybody.
    private static readonly HashSet<string> Denials = new(["no", "without", "unworn", "removed", "fake"], Tag.Comparer);

    private static readonly Lazy<GarmentTable> LazyDefault = new(() => new GarmentTable(TableFile.ReadEmbedded(File)));

    private readonly Dictionary<string, Garment?> garmentByWords = new(Tag.Comparer);
    private readonly HashSet<string> ways = new(Tag.Comparer);
    private readonly HashSet<string> prepositions = new(Tag.Comparer);
    private readonly HashSet<string> colours = new(Tag.Comparer);
    private readonly ConcurrentDictionary<string, GarmentTag?> found = new(Tag.Comparer);
    private readonly int longest;

    private GarmentTable(IReadOnlyList<TableEntry> entries)
    {
        foreach (var entry in entries)
        {
            var columns = entry.Text.Split('|', StringSplitOptions.TrimEntries);
            if (columns.Length is < 3 or > 4)
                throw TableFile.Malformed(File, entry, "'name | parts | words | tags that say it is not worn'");
            var words = TagList.Parse(columns[2]);
            switch (columns[0])
            {
                case "ways": ways.UnionWith(words); break;
                case "prepositions": prepositions.UnionWith(words); break;
                case "colours": colours.UnionWith(words); break;
                case "not": Add(words, null, entry); break;
                default:
                    var parts = columns[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    Add(words, new Garment(columns[0], parts, columns.Length == 4 ? TagList.Parse(columns[3]) : []), entry);
                    break;
            }
        }

        longest = Words.LongestOf(garmentByWords.Keys);
    }

    /// <summary>The table that ships with LoraBuild.</summary>
    public static GarmentTable Default => LazyDefault.Value;

    /// <summary>The garment that a tag speaks of, or null where it speaks of none.</summary>
    public GarmentTag? Find(string tag) => found.GetOrAdd(tag, Classify);

    /// <summary>The garment that a tag names, or null where it names none.</summary>
    public Garment? Named(string tag) => Find(tag) is { IsName: true } found ? found.Garment : null;

    /// <summary>The garment of which the table has exactly this word, or null.</summary>
    public Garment? Word(string word) => garmentByWords.GetValueOrDefault(word);

    /// <summary>A tag without the colour that it begins with: <c>black skirt</c> is <c>skirt</c>, <c>skirt</c> is itself.</summary>
    public string WithoutColour(string tag)
    {
        var space = tag.IndexOf(' ');
        return space > 0 && colours.Contains(tag[..space]) ? tag[(space + 1)..] : tag;
    }

    private void Add(IReadOnlyList<string> words, Garment? garment, TableEntry entry)
    {
        foreach (var word in words)
            if (!garmentByWords.TryAdd(word, garment)) throw TableFile.Malformed(File, entry, $"'{word}' only once");
    }

    private GarmentTag? Classify(string tag)
    {
        foreach (var ending in Words.Endings(tag, longest))
        {
            if (!garmentByWords.TryGetValue(ending, out var garment)) continue;
            if (garment is null) return null;
            var before = Words.Before(tag, ending).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var isName = before.Length == 0 || !ways.Contains(before[0]) && !before.Any(prepositions.Contains);
            return new GarmentTag(garment, isName, !before.Any(Denials.Contains));
        }

        return null;
    }
}
