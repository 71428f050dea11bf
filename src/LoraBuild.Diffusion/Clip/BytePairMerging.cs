using System.Globalization;

namespace LoraBuild.Diffusion.Clip;

/// <summary>
/// The merging of a word's symbols. Again and again the pair of the lowest rank is merged wherever it stands, from left to right, until no
/// neighbours have a rank. A queue of pairs makes that n log n steps for a word of n bytes.
/// </summary>
internal sealed class BytePairMerging
{
    private const int None = -1;

    private readonly IReadOnlyDictionary<(string Left, string Right), int> ranks;

    // The symbols in the places where they begin; null where a symbol of an earlier place has swallowed them.
    private readonly string?[] symbols;
    private readonly int[] next;
    private readonly int[] previous;
    private readonly PriorityQueue<int, (int Rank, int Place)> pairs = new();

    /// <summary>Begins with the letters of a word.</summary>
    /// <param name="ranks">The order in which pairs are merged.</param>
    /// <param name="word">The word; not empty.</param>
    public BytePairMerging(IReadOnlyDictionary<(string Left, string Right), int> ranks, string word)
    {
        this.ranks = ranks;
        symbols = [.. word.Select(letter => letter.ToString(CultureInfo.InvariantCulture))];
        symbols[^1] += BytePairVocabulary.EndOfWord;
        next = [.. Enumerable.Range(1, word.Length - 1), None];
        previous = [.. Enumerable.Range(None, word.Length)];
        for (var place = 0; place + 1 < word.Length; place++)
            Note(place);
    }

    /// <summary>The symbols when all is merged, in their order.</summary>
    public IReadOnlyList<string> Symbols()
    {
        // A pass merges all pairs of a rank before it looks at those that come of it.
        var merged = new List<int>();
        while (pairs.TryPeek(out _, out var lowest))
        {
            merged.Clear();
            while (pairs.TryPeek(out var place, out var pair) && pair.Rank == lowest.Rank)
            {
                pairs.Dequeue();
                if (RankAt(place) == lowest.Rank)
                {
                    Merge(place);
                    merged.Add(place);
                }
            }

            foreach (var place in merged)
            {
                Note(place);
                if (previous[place] != None)
                    Note(previous[place]);
            }
        }

        return [.. symbols.OfType<string>()];
    }

    private void Merge(int place)
    {
        var swallowed = next[place];
        symbols[place] += symbols[swallowed];
        symbols[swallowed] = null;
        next[place] = next[swallowed];
        if (next[place] != None)
            previous[next[place]] = place;
    }

    private void Note(int place)
    {
        if (RankAt(place) is { } rank)
            pairs.Enqueue(place, (rank, place));
    }

    private int? RankAt(int place) =>
        symbols[place] is { } left && next[place] != None && ranks.TryGetValue((left, symbols[next[place]]!), out var rank) ? rank : null;
}
