namespace LoraBuild.Core.Pictures;

/// <summary>Pictures in formats that no engine reads. Nothing is built from them, which whoever put them among the others should hear.</summary>
public static class UnreadPictures
{
    // What cameras and drawing programs save, and the newer formats of the web.
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".heic", ".heif", ".jxl", ".jp2", ".psd", ".psb", ".xcf", ".kra", ".clip", ".sai", ".sai2", ".tga", ".svg", ".dng", ".cr2", ".cr3", ".nef", ".arw",
    };

    /// <summary>Those that lie in some folders, in the order of their names.</summary>
    /// <param name="folders">The folders; what is below them is not looked at.</param>
    public static IReadOnlyList<string> In(IEnumerable<string> folders) =>
    [
        .. folders.Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles)
            .Where(file => Extensions.Contains(Path.GetExtension(file)))
            .Order(StringComparer.Ordinal),
    ];
}
