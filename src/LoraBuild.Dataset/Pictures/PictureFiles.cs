namespace LoraBuild.Dataset.Pictures;

/// <summary>The names of picture files.</summary>
public static class PictureFiles
{
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif",
    };

    /// <summary>The extensions, with their dots: those of <c>_LoraPictureExtensions</c> in build/LoraBuild.props.</summary>
    public static IReadOnlyCollection<string> Extensions => Known;

    /// <summary>Tells whether a file is a picture by its name.</summary>
    public static bool IsPicture(string path) => Known.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Path.GetExtension(path.AsSpan()));

    /// <summary>A path without its extension; a name that begins with its only dot has none.</summary>
    public static string WithoutExtension(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') + 1 ? path[..dot] : path;
    }
}
