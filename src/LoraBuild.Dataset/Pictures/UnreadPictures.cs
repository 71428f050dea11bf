namespace LoraBuild.Dataset.Pictures;

/// <summary>
/// Pictures in formats that are not read. Nothing is built from them, which whoever put them among the others should hear.
/// </summary>
public static class UnreadPictures
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    // What cameras and drawing programs save, and the newer formats of the web.
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".heic", ".heif", ".jxl", ".jp2", ".psd", ".psb", ".xcf", ".kra", ".clip", ".sai", ".sai2", ".tga", ".svg", ".dng", ".cr2", ".cr3",
        ".nef", ".arw",
    };

    /// <summary>Those that lie below some folders, in the order of their names.</summary>
    /// <param name="folders">The folders, which need not exist; of one that cannot be read, nothing.</param>
    /// <param name="built">The pictures that are built, by full paths. One of them, or the drawing of one that lies beside it, is
    /// none.</param>
    public static IReadOnlyList<string> Below(IEnumerable<string> folders, IReadOnlyCollection<string> built)
    {
        var unread = folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", Everything))
            .Where(file => Extensions.Contains(Path.GetExtension(file)))
            .Order(StringComparer.Ordinal)
            .ToList();
        // Most often there are none.
        var known = unread.Count == 0 ? [] : built.Select(Stem).ToHashSet(StringComparer.Ordinal);
        return unread.FindAll(file => !known.Contains(Stem(file)));
    }

    private static string Stem(string file) => Path.ChangeExtension(file, null);
}
