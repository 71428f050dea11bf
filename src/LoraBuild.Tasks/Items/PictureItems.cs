using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks.Items;

/// <summary>The items of pictures.</summary>
internal static class PictureItems
{
    /// <summary>The pictures among items, with their absolute paths; masks and files of programs are none.</summary>
    /// <param name="items">The items.</param>
    /// <param name="project">The project's folder.</param>
    /// <param name="diagnostics">Warnings that name what is left out or may be a mask.</param>
    public static IReadOnlyList<(ITaskItem Item, string Path)> Read(
        ITaskItem[] items, string project, out IReadOnlyList<Diagnostic> diagnostics)
    {
        // An item's own path is relative to the project's folder where the project's globs found it, which is nearly always.
        var byPath = items.ToLookup(item => Path.IsPathRooted(item.ItemSpec)
            ? Path.GetRelativePath(project, item.ItemSpec)
            : item.ItemSpec, StringComparer.Ordinal);
        var pictures = PictureSorter.Pictures([.. byPath.Select(same => same.Key)], out diagnostics);
        return [.. pictures.SelectMany(path => byPath[path].Select(item => (item, Path.GetFullPath(path, project))))];
    }
}
