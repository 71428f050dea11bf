using System.Buffers;
using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Files;

/// <summary>
/// The rule for names and paths that came from text: of an author, a configuration, an archive, a cache or a server. Such a path leads to
/// nothing outside the folder that it is taken from, on any system. Every reader and writer of such a path asks here.
/// </summary>
public static class InnerPath
{
    /// <summary>
    /// The most bytes of a name in UTF-8: file systems allow 255, and endings such as that of an unfinished file need room.
    /// </summary>
    public const int MostNameBytes = 180;

    // The real ones, and what fonts and other systems make of one: fraction, division and set slashes, big, small and full-width ones.
    private static readonly SearchValues<char> Slashes = SearchValues.Create("/\\\u2044\u2215\u2216\u29F5\u29F8\u29F9\uFE68\uFF0F\uFF3C");

    private const string NotOnWindows = ":*?\"<>|";

    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

    /// <summary>The reason why a text is no name of a file or folder by itself, as the end of the sentence "it ..."; else null.</summary>
    public static string? NameFault(string name) => name switch
    {
        "" => "is empty",
        "." or ".." => "means a folder",
        _ when name.AsSpan().IndexOfAny(Slashes) >= 0 => "has a slash",
        _ when BeginsElsewhere(name) => "begins with '~' or a drive",
        _ when !LegibleText.IsLegible(name) => "has a character that cannot be seen",
        _ when name[^1] == '.' || char.IsWhiteSpace(name[^1]) || char.IsWhiteSpace(name[0]) =>
            "begins with a space, or ends with a dot or a space",
        _ when IsDevice(name) => "is the name of a device",
        _ when Encoding.UTF8.GetByteCount(name) > MostNameBytes => $"is longer than {MostNameBytes} bytes",
        _ => null,
    };

    /// <summary>
    /// The reason why a text is no path of something below a folder, as the end of the sentence "it ..."; else null. Both slashes stand
    /// between folders.
    /// </summary>
    public static string? PathFault(string path) => path switch
    {
        "" => "is empty",
        _ when path[0] is '/' or '\\' => "is absolute",
        _ when BeginsElsewhere(path) => "begins with '~' or a drive",
        _ when !LegibleText.IsLegible(path) => "has a character that cannot be seen",
        _ when path.Split('/', '\\').Any(segment => segment is "" or "." or "..") => "has '.', '..' or nothing between two slashes",
        _ => null,
    };

    /// <summary>The place of such a path below a folder; null where <see cref="PathFault"/> finds a reason.</summary>
    public static string? Combine(string folder, string path) => PathFault(path) is null ? Path.Combine(folder, path) : null;

    /// <summary>A text without what names cannot have: an empty one becomes <c>_</c>, and one that is too long is cut.</summary>
    public static string SafeName(string text)
    {
        var legible = new StringBuilder();
        var bytes = 0;
        foreach (var rune in text.AsSpan().TrimStart().EnumerateRunes())
        {
            if (rune.Value <= char.MaxValue && !IsUsual((char)rune.Value))
                continue;
            bytes += rune.Utf8SequenceLength;
            if (bytes > MostNameBytes - 1)
                break;
            legible.Append(rune);
        }

        var name = Trim(legible.ToString());
        return name.Length == 0 || name[0] == '~' || IsDevice(name) ? "_" + name : name;

        static bool IsUsual(char c) => !Slashes.Contains(c) && !NotOnWindows.Contains(c) && LegibleText.IsLegible(c) && c != '\uFFFD';

        static string Trim(string name)
        {
            var end = name.Length;
            while (end > 0 && (name[end - 1] == '.' || char.IsWhiteSpace(name[end - 1])))
                end--;
            return name[..end].TrimStart();
        }
    }

    /// <summary>True if a name means a device on some system, whatever its ending: <c>con.png</c>.</summary>
    public static bool IsDevice(string name)
    {
        var stem = name.Split('.')[0].TrimEnd().ToUpperInvariant();
        return Devices.Contains(stem)
            || (stem.Length == 4 && stem[..3] is "COM" or "LPT" && stem[3] is (>= '0' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3');
    }

    private static bool BeginsElsewhere(string text) =>
        text[0] == '~' || (text.Length > 1 && text[1] == ':' && char.IsAsciiLetter(text[0]));
}
