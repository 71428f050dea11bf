using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Text;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>
/// The files that lie beside pictures and belong to them by their names: tag files and masks. Names are compared in Unicode's composed
/// form, and what belongs to no picture is told.
/// </summary>
internal sealed class CompanionFiles
{
    /// <summary>The extension of tag files, as tag editors write them.</summary>
    public const string TagExtension = ".txt";

    /// <summary>Another extension of tag files: sd-scripts' default for captions.</summary>
    public const string CaptionExtension = ".caption";

    // Of thousands that fit nothing, one cause explains the others.
    private const int MostSuggestions = 20;

    private readonly IReadOnlyCollection<string> files;
    private readonly Dictionary<string, List<string>> byName = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);
    private readonly List<string> wanted = [];
    private HashSet<string>? wantedNames;

    /// <summary>Prepares files for look-up.</summary>
    /// <param name="files">All files in the folders of pictures, by the paths that the pictures have too.</param>
    public CompanionFiles(IReadOnlyCollection<string> files)
    {
        this.files = files;
        foreach (var file in files.Where(file => IsTagFile(file) || IsMask(file)))
        {
            var name = NormalText.Compose(file);
            if (byName.TryGetValue(name, out var same)) same.Add(file);
            else byName[name] = [file];
        }
    }

    /// <summary>The names that the tag file of a picture, or of a part of it, may have; the first that is there counts.</summary>
    public static IReadOnlyList<string> TagFileNames(string source, string? part)
    {
        var (whole, stem) = part is null
            ? (source, PictureFiles.WithoutExtension(source))
            : ($"{source}-{part}", $"{PictureFiles.WithoutExtension(source)}-{part}");
        return [whole + TagExtension, stem + TagExtension, whole + CaptionExtension, stem + CaptionExtension];
    }

    /// <summary>Tells whether a name, whatever its letters' case, is that of a mask.</summary>
    public static bool IsMask(string file) => file.EndsWith(PictureMask.Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>The tag file of a picture, or of a part of it; null where there is none.</summary>
    public string? TagFile(string source, string? part)
    {
        var names = TagFileNames(source, part);
        wanted.AddRange(names);
        return names.Select(Find).FirstOrDefault(found => found is not null);
    }

    /// <summary>The mask of a picture; null where there is none.</summary>
    public string? Mask(string source)
    {
        var name = PictureFiles.WithoutExtension(source) + PictureMask.Extension;
        wanted.Add(name);
        return Find(name);
    }

    /// <summary>
    /// A warning for each tag file and mask that no picture asked for. Those beside the project's own files may be anything: prompts,
    /// notes.
    /// </summary>
    public IEnumerable<Diagnostic> Unused()
    {
        var told = 0;
        foreach (var file in files.Where(file => !used.Contains(file) && file.Contains('/') && (IsTagFile(file) || IsMask(file))))
        {
            var advice = ++told <= MostSuggestions ? Advice(NormalText.Compose(file)) : "Give it the name of its picture, or remove it.";
            yield return IsMask(file)
                ? new Diagnostic(
                    DiagnosticCode.UnusedMask, Severity.Warning, $"The mask belongs to no picture, and is not used. {advice}", file)
                : new Diagnostic(
                    DiagnosticCode.UnusedTagFile, Severity.Warning, $"The tag file belongs to no picture, and is not used. {advice}", file);
        }
    }

    private static bool IsTagFile(string file) =>
        file.EndsWith(TagExtension, StringComparison.OrdinalIgnoreCase)
            || file.EndsWith(CaptionExtension, StringComparison.OrdinalIgnoreCase);

    private string? Find(string name)
    {
        if (!byName.TryGetValue(NormalText.Compose(name), out var same))
            return null;
        // Of two that differ in nothing but their form, the one in the picture's own.
        var found = same.Find(file => file == name) ?? same[0];
        used.Add(found);
        return found;
    }

    private string Advice(string name)
    {
        // Most often all files are used, and nothing is advised.
        wantedNames ??= wanted.Select(NormalText.Compose).ToHashSet(StringComparer.Ordinal);
        if (wantedNames.Contains(name))
            return "Another file of the same picture comes first: see the names of tag files in build/README.md. Keep one of them.";
        if (wantedNames.FirstOrDefault(other => other.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } sameButCase)
            return $"Rename it to '{sameButCase}': upper and lower case count.";
        var suffix = IsMask(name) ? PictureMask.Extension : TagExtension;
        var (folder, file) = (name[..(name.LastIndexOf('/') + 1)], Path.GetFileName(name));
        var free = wantedNames.Where(
            other => other.EndsWith(suffix, StringComparison.Ordinal) && InFolderOf(other, name) && !byName.ContainsKey(other));
        return Nearest.Of(
            file[..file.LastIndexOf(IsMask(name) ? ".mask." : ".", StringComparison.OrdinalIgnoreCase)],
            free.Select(other => Path.GetFileName(other)[..^suffix.Length])) is { } near
            ? $"Did you mean '{folder}{near}{suffix}'?"
            : "Give it the name of its picture, or remove it.";
    }

    private static bool InFolderOf(string path, string other) =>
        path.AsSpan(0, path.LastIndexOf('/') + 1).SequenceEqual(other.AsSpan(0, other.LastIndexOf('/') + 1));
}
