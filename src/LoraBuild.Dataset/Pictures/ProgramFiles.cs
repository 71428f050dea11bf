namespace LoraBuild.Dataset.Pictures;

/// <summary>
/// Files that programs and systems keep for themselves among an author's: thumbnails, checkpoints, waste bins, attributes.
/// </summary>
public static class ProgramFiles
{
    // Synology's and QNAP's, macOS' in archives, Windows'. Names that begin with a dot are another system's hidden ones:
    // .ipynb_checkpoints, .thumbnails, .Trash-1000, macOS' ._NAME of attributes.
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "__MACOSX", "$RECYCLE.BIN", "System Volume Information",
        "lost+found",
        "Thumbs.db", "desktop.ini",
    };

    /// <summary>Tells whether a file is one of these, or lies in a folder that is.</summary>
    /// <param name="path">Its path relative to the author's folder, with <c>/</c> between folders.</param>
    public static bool Contains(ReadOnlySpan<char> path)
    {
        foreach (var range in path.Split('/'))
        {
            if (IsNameOfOne(path[range]))
                return true;
        }

        return false;
    }

    internal static bool IsNameOfOne(ReadOnlySpan<char> name) =>
        (name is ['.', _, ..] && name is not "..") || Names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);
}
