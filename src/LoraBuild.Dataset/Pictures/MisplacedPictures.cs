using System.Text.RegularExpressions;

namespace LoraBuild.Dataset.Pictures;

/// <summary>Pictures beside a project, or in folders whose names are nearly those that are read.</summary>
public static partial class MisplacedPictures
{
    private static readonly HashSet<string> Nearly = new(StringComparer.OrdinalIgnoreCase)
    {
        ProjectFolders.Images, "image", "img", "imgs", ProjectFolders.Regularization, "regularisation", "reg", "mask", "masks",
    };

    private static readonly EnumerationOptions Everything =
        new() { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 3 };

    /// <summary>Finds them, in the order of their names; of a folder the first one.</summary>
    /// <param name="folders">The folders of the project and of its characters, absolute.</param>
    public static IReadOnlyList<string> In(IEnumerable<string> folders) =>
        [.. folders.Where(Directory.Exists).SelectMany(folder => Beside(folder).Concat(Below(folder))).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Beside(string folder) =>
        Directory.EnumerateFiles(folder).Where(file => PictureFiles.IsPicture(file) && !ProgramFiles.IsNameOfOne(Path.GetFileName(file)));

    private static IEnumerable<string> Below(string folder) =>
        from sub in Directory.EnumerateDirectories(folder)
        where IsMeantForPictures(Path.GetFileName(sub))
        let first = Directory.EnumerateFiles(sub, "*", Everything).Where(PictureFiles.IsPicture).Min(StringComparer.Ordinal)
        where first is not null
        select first;

    // Images, image, regularisation; high, as it were without images/ around it; 10_aoi, as sd-scripts has them beside each other.
    private static bool IsMeantForPictures(string name) =>
        name is not (ProjectFolders.Images or ProjectFolders.Regularization) && (Nearly.Contains(name) || QualityOrRepeats().IsMatch(name));

    [GeneratedRegex(@"\A(high|medium|low|\d+_.*)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex QualityOrRepeats();
}
