namespace LoraBuild.Core.Diagnostics;

/// <summary>Finds the name that an author probably meant.</summary>
public static class NearestName
{
    /// <summary>
    /// The name with the fewest changed, added or missing letters (Levenshtein distance, letter case ignored), or null where none is nearer
    /// than half of the written name's length. Of equally near names the first wins.
    /// </summary>
    public static string? Of(string written, IEnumerable<string> names)
    {
        var wanted = written.ToUpperInvariant();
        var limit = Math.Max(1, written.Length / 2);
        return names
            .Select(name => (Name: name, Distance: Distance(wanted, name.ToUpperInvariant())))
            .Where(candidate => candidate.Distance <= limit)
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    private static int Distance(string from, string to)
    {
        var row = new int[to.Length + 1];
        for (var j = 0; j <= to.Length; j++)
            row[j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
