using System.Collections.Concurrent;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Tables;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// The table of tags that say what other tags say already. A tag implies its own endings in whole words: <c>green skirt</c> implies
/// <c>skirt</c>. Danbooru's tag implications are in a table: <c>beret</c> implies <c>hat</c>. So are prefix entries: <c>holding *</c>
/// implies <c>holding</c>. Implication is transitive and never circular. Safe for any number of threads.
/// </summary>
/// <remarks>The table's form, one entry a line: <c>IMPLIED &lt;- TAG, TAG</c>, where <c>word *</c> stands for every longer tag that begins
/// so; <c>ENDING &lt;/- TAG, TAG</c> names tags (and those that end with them) that do not imply this ending; <c>* &lt;/- word *</c> names
/// words after which no ending is implied. An author's own table adds to it: there <c>IMPLIED &lt;/- TAG, TAG</c> also cancels what the
/// table that ships with LoraBuild says, by whatever way a tag would imply the other.</remarks>
public sealed class ImplicationTable
{
    private const string DanbooruFile = "Tags/implications.txt";

    /// <summary>The most steps of a circle that its error lists.</summary>
    private const int MostStepsTold = 12;

    private static readonly Lazy<ImplicationTable> LazyDanbooru =
        new(() => new ImplicationTable(TableFile.ReadEmbedded(DanbooruFile), DanbooruFile, [], ""));

    private readonly Dictionary<string, OrderedDictionary<string, Pair>> impliedByTag = new(Tag.Comparer);
    private readonly Dictionary<string, OrderedDictionary<string, Pair>> impliedByFirstWords = new(Tag.Comparer);

    // By what is not implied, the tags that do not imply it, nor do those that end with them.
    private readonly Dictionary<string, HashSet<string>> exceptions = new(Tag.Comparer);
    private readonly Dictionary<string, HashSet<string>> cancelled = new(Tag.Comparer);
    private readonly HashSet<string> denyingWords = new(Tag.Comparer);
    private readonly ConcurrentDictionary<string, string[]> closures = new(Tag.Comparer);
    private readonly int longestFirstWords;

    private ImplicationTable(IReadOnlyList<TableEntry> entries, string file, IReadOnlyList<TableEntry> own, string ownFile)
    {
        foreach (var entry in entries) Add(entry, file, isOwn: false);
        foreach (var entry in own) Add(entry, ownFile, isOwn: true);
        longestFirstWords = Words.LongestOf(impliedByFirstWords.Keys);

        // A long chain has many closures of many tags: only those of tags that can lead back to themselves are looked at.
        var starts = impliedByTag.Keys.Concat(impliedByFirstWords.Values.SelectMany(pairs => pairs.Keys)).ToList();
        var suspects = Circles.Of(starts, tag => DirectlyImplied(tag).Select(pair => pair.Implied), Tag.Comparer);
        foreach (var tag in starts)
            if (suspects.Contains(tag) && Closure(tag).Contains(tag, Tag.Comparer)) throw Circle(tag);
    }

    /// <summary>The table that ships with LoraBuild (Tags/implications.txt).</summary>
    public static ImplicationTable Danbooru => LazyDanbooru.Value;

    /// <summary>The number of pairs that the table names, prefix entries counted once.</summary>
    public int PairCount => impliedByTag.Values.Sum(pairs => pairs.Count) + impliedByFirstWords.Values.Sum(pairs => pairs.Count);

    /// <summary>Reads a table from text.</summary>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.TableInvalid"/> with the line: an entry is malformed, or entries form
    /// a circle.</exception>
    public static ImplicationTable Parse(string text, string file) => new(TableFile.Parse(text), file, [], "");

    /// <summary><see cref="Danbooru"/> with an author's own table on top of it.</summary>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.TableInvalid"/> with the line: an entry is malformed, or entries form
    /// a circle; <see cref="DiagnosticCode.CannotRead"/>.</exception>
    public static ImplicationTable ReadOwn(string path) => ParseOwn(Utf8Text.Read(path, DiagnosticCode.TableInvalid), path);

    /// <summary>The same from text; <paramref name="path"/> is named in diagnostics and not opened.</summary>
    public static ImplicationTable ParseOwn(string text, string path) =>
        new(TableFile.ReadEmbedded(DanbooruFile), DanbooruFile, TableFile.Parse(text), path);

    /// <summary>Everything that a tag implies, itself excluded. Endings that are no tag of Danbooru's are among them.</summary>
    public IReadOnlyList<string> Implied(string tag) => closures.GetOrAdd(tag, weighted => Closure(Tag.Unweighted(weighted)));

    /// <summary>True if a picture that has <paramref name="tag"/> needs no <paramref name="other"/>. False for the same tag.</summary>
    public bool Implies(string tag, string other)
    {
        foreach (var implied in closures.GetOrAdd(tag, weighted => Closure(Tag.Unweighted(weighted))))
            if (Tag.Comparer.Equals(implied, other)) return true;
        return false;
    }

    private string[] Closure(string tag)
    {
        var implied = new List<string>();
        var seen = new HashSet<string>(Tag.Comparer);
        for (var next = -1; next < implied.Count; next++)
            foreach (var other in DirectlyImplied(next < 0 ? tag : implied[next]))
                if (!IsDenied(tag, other) && seen.Add(other.Implied)) implied.Add(other.Implied);
        return [.. implied];
    }

    private IEnumerable<Pair> DirectlyImplied(string tag)
    {
        if (impliedByTag.TryGetValue(tag, out var byTag))
            foreach (var implied in byTag.Values) yield return implied;
        foreach (var firstWords in Words.Beginnings(tag, longestFirstWords))
        {
            if (!impliedByFirstWords.TryGetValue(firstWords, out var byFirstWords)) continue;
            foreach (var implied in byFirstWords.Values)
                if (!IsIn(exceptions, tag, implied.Implied)) yield return implied;
        }

        // Also of a sentence, a word that denies what follows counts wherever it stands.
        var firstEnding = Words.StartOfLast(tag, Words.Most);
        for (var (word, space) = (0, tag.IndexOf(' ')); space >= 0; (word, space) = (space + 1, tag.IndexOf(' ', space + 1)))
        {
            if (denyingWords.Contains(tag[word..space])) break;
            if (space < firstEnding - 1) continue;
            var ending = tag[(space + 1)..];
            if (!IsIn(exceptions, tag, ending)) yield return new Pair(ending, null);
        }
    }

    // An exception also holds by way of a shorter ending: a hot air balloon is no balloon as an 'air balloon' either.
    private bool IsDenied(string tag, Pair pair) =>
        IsIn(cancelled, tag, pair.Implied) || (pair.Source is null && IsIn(exceptions, tag, pair.Implied));

    private static bool IsIn(Dictionary<string, HashSet<string>> pairs, string tag, string implied) =>
        pairs.TryGetValue(implied, out var tags) && Words.Endings(tag, Words.Most).Any(tags.Contains);

    // The way back to a tag, breadth first; the last entry on it that an author can change is the one to name.
    private LoraBuildException Circle(string start)
    {
        var cameBy = new Dictionary<string, (string From, Pair Pair)>(Tag.Comparer);
        var queue = new Queue<string>([start]);
        while (!cameBy.ContainsKey(start))
        {
            var from = queue.Dequeue();
            foreach (var pair in DirectlyImplied(from))
                if (!IsDenied(start, pair) && cameBy.TryAdd(pair.Implied, (from, pair))) queue.Enqueue(pair.Implied);
        }

        var way = new List<(string From, Pair Pair)>();
        for (var tag = start; way.Count == 0 || !Tag.Comparer.Equals(tag, start); tag = way[^1].From) way.Add(cameBy[tag]);
        way.Reverse();
        var told = string.Join(", ", way.Take(MostStepsTold).Select(step => $"'{step.From}' implies '{step.Pair.Implied}'"));
        if (way.Count > MostStepsTold) told += $", and so on by {way.Count - MostStepsTold} more back to '{start}'";
        var source = way.Select(step => step.Pair.Source).OfType<Source>().OrderBy(place => place.IsOwn).ThenBy(place => place.Line).Last();
        return new LoraBuildException(
            DiagnosticCode.TableInvalid, $"These implications go in a circle: {told}. Remove one of them.", source.File, source.Line, 1);
    }

    private void Add(TableEntry entry, string file, bool isOwn)
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
            if (Words.Count(tag) > Words.Most || Words.Count(implied) > Words.Most)
                throw TableFile.Malformed(file, entry, $"tags of at most {Words.Most} words");
            if (denies && implied == "*" && isPrefix) denyingWords.Add(words);
            else if (denies && !isPrefix) AddDenial(isOwn ? cancelled : exceptions, tag, implied);
            else if (denies || implied == "*") throw TableFile.Malformed(file, entry, "'* </- word *' for words that deny what follows");
            else AddPair(isPrefix ? impliedByFirstWords : impliedByTag, words, new Pair(implied, new Source(file, entry.Line, isOwn)));
        }
    }

    private static void AddPair(Dictionary<string, OrderedDictionary<string, Pair>> pairs, string key, Pair added)
    {
        if (!pairs.TryGetValue(key, out var ofKey)) pairs.Add(key, ofKey = new OrderedDictionary<string, Pair>(Tag.Comparer));
        ofKey.TryAdd(added.Implied, added);
    }

    private static void AddDenial(Dictionary<string, HashSet<string>> denials, string tag, string implied)
    {
        if (!denials.TryGetValue(implied, out var tags)) denials.Add(implied, tags = new HashSet<string>(Tag.Comparer));
        tags.Add(tag);
    }

    /// <summary>The place of an entry: a line of a file.</summary>
    private sealed record Source(string File, int Line, bool IsOwn);

    /// <summary>That a tag implies another; without a source where its own words say so.</summary>
    private sealed record Pair(string Implied, Source? Source);
}
