using LoraBuild.Base.Text;

namespace LoraBuild.Dataset.Pictures;

/// <summary>Files among pictures that nothing reads, of which whoever put them there should hear.</summary>
public static class UnreadPictures
{
    // Masks and tag files tell of themselves; sd-scripts keeps encoded pictures in .npz; editors keep the file before the last in NAME~.
    private static readonly HashSet<string> Companions = new(StringComparer.OrdinalIgnoreCase) { ".txt", ".caption", ".npz" };

    // What drawing programs save beside the picture that was made of it.
    private static readonly HashSet<string> Drawings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".psd", ".psb", ".xcf", ".kra", ".clip", ".sai", ".sai2", ".tga", ".svg", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".heic", ".heif",
        ".jxl", ".jp2",
    };

    /// <summary>The unread ones among some files, in their order.</summary>
    /// <param name="files">All files below the folders of pictures, by absolute paths.</param>
    /// <param name="built">The pictures that are built, by absolute paths. The drawing of one that lies beside it is passed over.</param>
    public static IReadOnlyList<string> Among(IEnumerable<string> files, IReadOnlyCollection<string> built)
    {
        var unread = files.Where(
            file => !PictureFiles.IsPicture(file) && !Companions.Contains(Path.GetExtension(file)) && !file.EndsWith('~')).ToList();
        // Most often there are none.
        var stems = unread.Count == 0 ? [] : built.Select(Stem).ToHashSet(StringComparer.Ordinal);
        var known = unread.Count == 0 ? [] : built.ToHashSet(StringComparer.Ordinal);
        return unread.FindAll(file => !known.Contains(file) && !(Drawings.Contains(Path.GetExtension(file)) && stems.Contains(Stem(file))));
    }

    private static string Stem(string file) => NormalText.Compose(PictureFiles.WithoutExtension(file));
}
