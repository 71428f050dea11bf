using System.IO.Enumeration;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Dataset.Pictures;

/// <summary>
/// All files and links that lie in the folders of a project's pictures, by name alone: a link to nowhere is among them, what programs keep
/// for themselves (<see cref="ProgramFiles"/>) is not. Sub-folders that are links are not entered.
/// </summary>
public sealed class FolderSurvey
{
    private static readonly EnumerationOptions Everything =
        new() { AttributesToSkip = 0, IgnoreInaccessible = true, RecurseSubdirectories = true };

    private FolderSurvey(IReadOnlyList<string> files)
    {
        Files = files;
        Hash = ContentHash.Of(string.Join('\n', files.Where(file => !PictureFiles.IsPicture(file))));
    }

    /// <summary>The files by absolute paths, ordered (ordinal).</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The hash of the names of all files that are no pictures, which items do not tell.</summary>
    public ContentHash Hash { get; }

    /// <summary>Looks into folders.</summary>
    /// <param name="roots">Absolute paths of folders that are entered with all below them. They need not exist.</param>
    /// <param name="others">Absolute paths of folders whose own files alone count.</param>
    public static FolderSurvey Of(IEnumerable<string> roots, IEnumerable<string> others)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var files = new List<string>();
        foreach (var root in roots)
            Enter(root, withFolders: true);
        foreach (var other in others)
            Enter(other, withFolders: false);
        files.Sort(StringComparer.Ordinal);
        return new FolderSurvey(files);

        void Enter(string folder, bool withFolders)
        {
            if (!Directory.Exists(folder) || !seen.Add(folder))
                return;
            files.AddRange(new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), Everything)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                    !entry.IsDirectory && !ProgramFiles.IsNameOfOne(entry.FileName),
                ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                    withFolders && !ProgramFiles.IsNameOfOne(entry.FileName)
                        && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && seen.Add(entry.ToFullPath()),
            });
        }
    }
}
