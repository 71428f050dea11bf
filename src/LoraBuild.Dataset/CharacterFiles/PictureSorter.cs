using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Text;
using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>Tells pictures of a project from masks and from what programs made, which are picture files too.</summary>
public static class PictureSorter
{
    // OneTrainer's names for a mask and for a condition beside a picture.
    private static readonly string[] MaskEndings = [".mask", "-masklabel", "-condlabel"];

    // Names that a picture of someone who wears a mask may have as well.
    private static readonly string[] DoubtfulEndings = ["_mask", "-mask"];

    private static readonly HashSet<string> MaskFolders = new(StringComparer.OrdinalIgnoreCase) { "mask", "masks" };

    /// <summary>The pictures among picture files, in their order.</summary>
    /// <param name="paths">Paths with <c>/</c> between folders, relative to the project's folder.</param>
    /// <param name="diagnostics">Warnings that name what is left out, but masks under their own names, and what may be a mask.</param>
    public static IReadOnlyList<string> Pictures(IReadOnlyList<string> paths, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var found = new List<Diagnostic>();
        diagnostics = found;
        var byOwner = paths.ToLookup(IsOfProgram);
        var programs = byOwner[true].ToList();
        if (programs.Count > 0)
        {
            found.Add(new Diagnostic(
                DiagnosticCode.MisplacedPicture,
                Severity.Warning,
                $"These pictures are left out, because programs keep such files for themselves: {PictureEnumeration.Of(programs)}. Move "
                + "what is hers into a folder whose name does not begin with a dot.",
                programs[0]));
        }

        var files = byOwner[false].Where(path => !CompanionFiles.IsMask(path)).ToList();
        var stems = files.Select(StemOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var hasMaskFolder = stems.Any(IsInMaskFolder);
        var cousins = (hasMaskFolder ? stems.Where(stem => !IsInMaskFolder(stem)) : [])
            .GroupBy(WithoutFolder, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(same => same.Key, same => same.First(), StringComparer.OrdinalIgnoreCase);
        var pictures = new List<string>(files.Count);
        foreach (var path in files)
        {
            var stem = StemOf(path);
            if (BareStem(stem, MaskEndings) is { } masked && stems.Contains(masked))
            {
                found.Add(new Diagnostic(
                    DiagnosticCode.UnusedMask,
                    Severity.Warning,
                    "This is no picture of hers but, by its name, a mask, and is not used. Save it as PNG under the name "
                    + $"'{Path.GetFileName(masked)}.mask.png'.",
                    path));
                continue;
            }

            if (BareStem(stem, DoubtfulEndings) is { } bare && stems.TryGetValue(bare, out var perhaps)
                || IsInMaskFolder(stem)
                    && (cousins.TryGetValue(WithoutFolder(stem), out perhaps) || stems.TryGetValue(WithoutFolder(stem), out perhaps)))
            {
                found.Add(new Diagnostic(
                    DiagnosticCode.UnusedMask,
                    Severity.Warning,
                    $"This may be a mask of '{perhaps}', and is taken for a picture. Save a mask as '{perhaps}.mask.png'; give a picture "
                    + "another name.",
                    path));
            }

            pictures.Add(path);
        }

        return pictures;
    }

    // A folder around images/ is the author's choice, whatever its name.
    private static bool IsOfProgram(string path)
    {
        foreach (var range in path.AsSpan().Split('/'))
        {
            if (path.AsSpan()[range] is ProjectFolders.Images or ProjectFolders.Regularization)
                return ProgramFiles.Contains(path.AsSpan(range.End.Value));
        }

        return ProgramFiles.Contains(path);
    }

    private static string StemOf(string path) => NormalText.Compose(PictureFiles.WithoutExtension(path));

    private static string? BareStem(string stem, string[] endings) =>
        Array.Find(endings, ending => stem.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) is { } ending
            ? stem[..^ending.Length]
            : null;

    private static bool IsInMaskFolder(string stem) =>
        MaskFolders.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Path.GetFileName(Path.GetDirectoryName(stem.AsSpan())));

    // images/a of images/masks/a and of images/high/a.
    private static string WithoutFolder(string stem)
    {
        var folders = stem.Split('/');
        return folders.Length < 2 ? stem : string.Join('/', [.. folders[..^2], folders[^1]]);
    }
}
