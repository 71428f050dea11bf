using System.Collections.Concurrent;
using LoraBuild.Core.Diagnostics;

namespace LoraBuild.Core.Tags;

/// <summary>
/// Which tags say what other tags say already. Three sources: a tag implies its own endings in whole words (<c>green skirt</c> implies
/// <c>skirt</c>), a table of Danbooru's tag implications (<c>beret</c> implies <c>hat</c>), and the table's prefix entries
/// (<c>holding *</c> implies <c>holding</c>). Implication is transitive and never circular. Safe for any number of threads.
/// </summary>
/// <remarks>The table's form, one entry a line: <c>IMPLIED &lt;- TAG, TAG</c>, where <c>word *</c> stands for every longer tag that begins
/// so; <c>ENDING &lt;/- TAG, TAG</c> names tags (and those that end with them) that do not imply this ending; <c>* &lt;/- word *</c> names
/// words after which no ending is implied.</remarks>
public sealed class ImplicationTable
{
    private const string DanbooruFile = "Tags/implications.txt";

    private static readonly Lazy<ImplicationTable> LazyDanbooru = new(() => new ImplicationTable(TableFile.ReadEmbedded(DanbooruFile), DanbooruFile));

    private readonly Dictionary<string, List<string>> impliedByTag = new(Tag.Comparer);
    private readonly Dictionary<string, List<string>> impliedByFirstWords = new(Tag.Comparer);
    private readonly HashSet<(string Tag, string Ending)> exceptions = new(PairComparer.Instance);
    private readonly HashSet<string> denyingWords = new(Tag.Comparer);
    private readonly ConcurrentDictionary<string, string[]> closures = new(Tag.Comparer);

    private ImplicationTable(IReadOnlyList<TableEntry> entries, string file)
    {
        foreach (var entry in entries) Add(entry, file);
        foreach (var tag in impliedByTag.Keys.Concat(impliedByFirstWords.Values.SelectMany(implied => implied)))
            if (Implied(tag).Contains(tag, Tag.Comparer))
                throw new LoraBuildException(DiagnosticCode.TableInvalid, $"By way of other entries, '{tag}' implies itself. Remove one of them.", file);
    }

    /// <summary>The table that ships with LoraBuild (Tags/implications.txt).</summary>
    public static ImplicationTable Danbooru => LazyDanbooru.Value;

    /// <summary>The number of pairs that the table names, prefix entries counted once.</summary>
    public int PairCount => impliedByTag.Values.Sum(implied => implied.Count) + impliedByFirstWords.Values.Sum(implied => implied.Count);

    /// <summary>Reads a table from text.</summary>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.TableInvalid"/>: an entry is malformed, or entries form a cycle.</exception>
    public static ImplicationTable Parse(string text, string file) => new(TableFile.Parse(text), file);

    /// <summary>Everything that a tag implies, itself excluded. Endings that are no tag of Danbooru's are among them.</summary>
    public IReadOnlyList<string> Implied(string tag) => closures.GetOrAdd(tag, Closure);

    /// <summary>Whether a picture that has <paramref name="tag"/> needs no <paramref name="other"/>. False for the same tag.</summary>
    public bool Implies(string tag, string other)
    {
        foreach (var implied in closures.GetOrAdd(tag, Closure))
            if (Tag.Comparer.Equals(implied, other)) return true;
        return false;
    }

    private string[] Closure(string tag)
    {
        var implied = new List<string>();
        var seen = new HashSet<string>(Tag.Comparer);
        for (var next = -1; next < implied.Count; next++)
            foreach (var other in DirectlyImplied(next < 0 ? tag : implied[next]))
                if (seen.Add(other)) implied.Add(other);
        return [.. implied];
    }

    private IEnumerable<string> DirectlyImplied(string tag)
    {
        foreach (var implied in impliedByTag.GetValueOrDefault(tag) ?? []) yield return implied;
        for (var space = tag.IndexOf(' '); space >= 0; space = tag.IndexOf(' ', space + 1))
        {
            var firstWords = tag[..space];
            foreach (var implied in impliedByFirstWords.GetValueOrDefault(firstWords) ?? [])
                if (!IsException(tag, implied)) yield return implied;
        }

        foreach (var ending in Words.Endings(tag).Skip(1))
        {
            var before = Words.Before(tag, ending);
            if (denyingWords.Contains(before[(before.LastIndexOf(' ') + 1)..])) break;
            if (!IsException(tag, ending)) yield return ending;
        }
    }

    private bool IsException(string tag, string implied) => Words.Endings(tag).Any(ending => exceptions.Contains((ending, implied)));

    private void Add(TableEntry entry, string file)
    {
        var denies = entry.Text.Contains(" </- ", StringComparison.Ordinal);
        var sides = entry.Text.Split(denies ? " </- " : " <- ");
        if (sides.Length != 2) throw TableFile.Malformed(file, entry, "'IMPLIED <- TAG, TAG' or 'ENDING </- TAG, TAG'");
        var implied = Tag.Normalize(sides[0]);
        foreach (var tag in TagList.Parse(sides[1]))
        {
            var isPrefix = tag.EndsWith(" *", StringComparison.Ordinal);
            var words = isPrefix ? tag[..^2] : tag;
            if (Tag.Comparer.Equals(tag, implied)) throw TableFile.Malformed(file, entry, "a tag that differs from the implied one");
            if (denies && implied == "*" && isPrefix) denyingWords.Add(words);
            else if (denies && !isPrefix) exceptions.Add((tag, implied));
            else if (denies || implied == "*") throw TableFile.Malformed(file, entry, "'* </- word *' for words that deny what follows");
            else AddPair(isPrefix ? impliedByFirstWords : impliedByTag, words, implied);
        }
    }

    private static void AddPair(Dictionary<string, List<string>> pairs, string key, string implied)
    {
        if (!pairs.TryGetValue(key, out var list)) pairs.Add(key, list = []);
        if (!list.Contains(implied, Tag.Comparer)) list.Add(implied);
    }

    private sealed class PairComparer : IEqualityComparer<(string Tag, string Ending)>
    {
        public static readonly PairComparer Instance = new();

        public bool Equals((string Tag, string Ending) x, (string Tag, string Ending) y) =>
            Tag.Comparer.Equals(x.Tag, y.Tag) && Tag.Comparer.Equals(x.Ending, y.Ending);

        public int GetHashCode((string Tag, string Ending) pair) =>
            HashCode.Combine(Tag.Comparer.GetHashCode(pair.Tag), Tag.Comparer.GetHashCode(pair.Ending));
    }
}
