namespace LoraBuild.Base.Diagnostics;

/// <summary>Finds what an author probably meant, so that a message about an unknown name can suggest a known one.</summary>
public static class Nearest
{
    /// <summary>
    /// The candidate with the smallest edit distance to <paramref name="name"/> (insertions, deletions, substitutions and swaps of
    /// neighbours count one each, upper and lower case nothing), or null where none is within a third of the name's length, and at least 2.
    /// The first of several equally near candidates wins.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var limit = Math.Max(2, name.Length / 3);
        string? nearest = null;
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) > limit) continue;
            var distance = Distance(name, candidate);
            // A name of which nothing is left is not a misspelling.
            if (distance > limit || distance >= Math.Max(name.Length, candidate.Length)) continue;
            nearest = candidate;
            if (distance == 0) break;
            limit = distance - 1;
        }

        return nearest;
    }

    /// <summary><c> Did you mean 'x'?</c> with a leading space, or nothing where no candidate is near.</summary>
    public static string Suggest(string name, IEnumerable<string> candidates) =>
        Of(name, candidates) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    // Optimal string alignment: three rows of the usual table.
    private static int Distance(string left, string right)
    {
        var beforeLast = new int[right.Length + 1];
        var last = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++) last[column] = column;
        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var cost = Same(left[row - 1], right[column - 1]) ? 0 : 1;
                var best = Math.Min(Math.Min(last[column] + 1, current[column - 1] + 1), last[column - 1] + cost);
                if (row > 1 && column > 1 && Same(left[row - 1], right[column - 2]) && Same(left[row - 2], right[column - 1]))
                    best = Math.Min(best, beforeLast[column - 2] + 1);
                current[column] = best;
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
