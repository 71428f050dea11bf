using System.Globalization;

namespace LoraBuild.Builds;

/// <summary>The processes of this machine, as Linux lists them in <c>/proc</c>.</summary>
internal static class ProcessTree
{
    /// <summary>The process below another one, at any depth, whose command line holds this text; null where there is none.</summary>
    public static int? FindBelow(int ancestor, string text)
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .ToDictionary(id => id, ParentOf);
        return parents.Keys.Where(id => IsBelow(id) && CommandLine(id).Contains(text, StringComparison.Ordinal)).Cast<int?>()
            .FirstOrDefault();

        bool IsBelow(int id)
        {
            while (id > 1 && id != ancestor)
                id = parents.GetValueOrDefault(id);
            return id == ancestor;
        }
    }

    private static int ParentOf(int id)
    {
        try
        {
            // The name in parentheses may hold spaces; the parent is the second field after it.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
