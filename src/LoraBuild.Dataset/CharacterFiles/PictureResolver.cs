using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Text;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>The pictures of a character, and what is wrong with what was said of them.</summary>
/// <param name="Pictures">The pictures to build, ordered by source (ordinal), then by part as the split lists them.</param>
/// <param name="Diagnostics">Errors and warnings; the pictures are complete all the same.</param>
public sealed record ResolvedPictures(IReadOnlyList<CharacterPicture> Pictures, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>
/// The ResolveCharacters step: from a character and the project's picture files to the pictures to build, each with everything that
/// character.yaml, item metadata and folders say of it.
/// </summary>
public static class PictureResolver
{
    /// <summary>The largest number of repeats; more is a slip of the pen.</summary>
    public const int MostRepeats = FolderRepeats.Most;

    /// <summary>Repeats of a picture in no quality folder: it counts as one of medium quality.</summary>
    public const int DefaultRepeats = 8;

    private static readonly Dictionary<string, int> QualityFolders =
        new(StringComparer.OrdinalIgnoreCase) { ["high"] = 16, ["medium"] = 8, ["low"] = 4 };

    /// <summary>
    /// Resolves the pictures of a character. Repeats come from the part of a split, else from metadata, else from the innermost folder
    /// below <c>images/</c> that is called <c>high</c> (16), <c>medium</c> (8), <c>low</c> (4) or, as in sd-scripts, <c>12_anything</c>
    /// (12), else they are <see cref="DefaultRepeats"/>. Pictures below a folder <c>0_anything</c> are left out. The outfit comes from the
    /// part of a split, else from metadata, else from the innermost folder with an outfit's name.
    /// </summary>
    /// <param name="character">The character.</param>
    /// <param name="pictures">Picture files. A path that comes twice is one picture; metadata given later wins.</param>
    /// <param name="files">All files in the folders of the pictures, as <see cref="SourcePicture.Path"/>. <c>two.txt</c>,
    /// <c>two.png.txt</c> or <c>two.caption</c> belongs to <c>two.png</c>, <c>two-left.txt</c> or <c>two.png-left.txt</c> to its part
    /// <c>left</c>.</param>
    /// <returns>The pictures without ids, which those of several characters get together from <see cref="CastResolver"/>.</returns>
    internal static ResolvedPictures Resolve(
        Character character, IReadOnlyList<SourcePicture> pictures, IReadOnlyCollection<string> files)
    {
        var sources = pictures.GroupBy(picture => picture.Path, StringComparer.Ordinal)
            .Select(Merge)
            .OrderBy(picture => picture.Path, StringComparer.Ordinal)
            .ToArray();
        var paths = sources.Select(source => NormalText.Compose(source.Path)).ToHashSet(StringComparer.Ordinal);
        var edits = new PatternIndex<PictureEdits>(character.Edits.Select(entry => (entry.Pictures, entry)), paths);
        var tagEdits = new PatternIndex<TagEdit>(character.Tags.Select(entry => (entry.Pictures, entry.Edit)), paths);
        var hidden = new PatternIndex<IReadOnlyList<string>>(character.Hidden.Select(entry => (entry.Pictures, entry.Tags)), paths);
        var companions = new CompanionFiles(files);
        var diagnostics = new List<Diagnostic>();
        var unnamed = new List<CharacterPicture>(sources.Length);
        // Thousands of pictures lie in a few folders, which say the same of each.
        var folders = new Dictionary<string, (int Repeats, string? Outfit)>(StringComparer.Ordinal);
        var leftOut = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            var folder = source.Path[..(source.Path.LastIndexOf('/') + 1)];
            if (!folders.TryGetValue(folder, out var byFolder))
                folders[folder] = byFolder = (RepeatsOf(folder, diagnostics), OutfitOf(character, folder));
            var repeats = Repeats(source, byFolder.Repeats, diagnostics);
            if (repeats == 0)
            {
                // Its files are out of use because it is, which was said.
                companions.TagFile(source.Path, null);
                companions.Mask(source.Path);
                leftOut.Add(NormalText.Compose(source.Path));
                continue;
            }

            var outfit = Outfit(character, source, byFolder.Outfit, diagnostics);
            var sourceTagEdits = tagEdits.Find(source.Path);
            var sourceHidden =
                hidden.Find(source.Path) is { Count: > 0 } lists ? lists.SelectMany(tags => tags).Distinct(Tag.Comparer).ToArray() : [];
            var sourceEdits = edits.Find(source.Path);
            var editsAt = EditsAt(sourceEdits, character.File);
            var parts = sourceEdits.Count == 0 ? Whole : SplitUp(sourceEdits.SelectMany(entry => entry.Steps), source.Path, diagnostics);
            foreach (var part in parts)
                unnamed.Add(new CharacterPicture(
                    "",
                    character.Trigger,
                    source.Path,
                    part.Name,
                    part.Repeats ?? repeats,
                    part.Edits,
                    part.Outfit ?? outfit,
                    companions.TagFile(source.Path, part.Name),
                    part.TagEdits.Count == 0 ? sourceTagEdits : [.. sourceTagEdits, .. part.TagEdits],
                    part.Hidden.Count == 0 ? sourceHidden : [.. sourceHidden.Union(part.Hidden, Tag.Comparer)],
                    editsAt)
                {
                    Mask = companions.Mask(source.Path),
                });
            if (parts[0].Name is not null && companions.TagFile(source.Path, null) is { } wholeTagFile)
                diagnostics.Add(new Diagnostic(
                    DiagnosticCode.TagFileOfSplitPicture,
                    Severity.Warning,
                    "The tag file is not used, because its picture is split. Write one for each part: "
                        + $"{string.Join(", ", parts.Select(part => PartTagFile(source.Path, part.Name!)))}.",
                    wholeTagFile));
        }

        foreach (var unused in new[] { edits.Unused(character.File, leftOut), tagEdits.Unused(character.File, leftOut), hidden.Unused(
            character.File, leftOut) })
            diagnostics.AddRange(unused);
        diagnostics.AddRange(companions.Unused());
        return new ResolvedPictures(unnamed, diagnostics);
    }

    private static readonly List<Part> Whole = [new(null, [], null, null, [], [])];

    private static SourcePicture Merge(IGrouping<string, SourcePicture> same) => new(
        same.Key,
        same.LastOrDefault(picture => !string.IsNullOrWhiteSpace(picture.Repeats))?.Repeats,
        same.LastOrDefault(picture => !string.IsNullOrWhiteSpace(picture.Outfit))?.Outfit);

    private static string? EditsAt(IReadOnlyList<PictureEdits> entries, string file)
    {
        if (entries.Count == 0)
            return null;
        var lines = string.Join(" and ", entries.Select(entry => entry.Pictures.Line.ToString(CultureInfo.InvariantCulture)));
        return $"{Path.GetFileName(file)}, {(entries.Count == 1 ? "line" : "lines")} {lines}";
    }

    private static List<Part> SplitUp(IEnumerable<EditStep> steps, string source, List<Diagnostic> diagnostics)
    {
        var parts = new List<Part> { new(null, [], null, null, [], []) };
        foreach (var step in steps)
        {
            if (step is ApplyStep apply) parts = parts.ConvertAll(part => part with { Edits = [.. part.Edits, apply.Edit] });
            else if (step is SplitStep split && parts[0].Name is null) parts = [.. split.Parts.Select(parts[0].Cut)];
            else
                diagnostics.Add(new Diagnostic(
                    DiagnosticCode.InvalidValue, Severity.Error, "Two entries of edits split this picture. Keep one of the splits.",
                    source));
        }

        return parts;
    }

    private static int Repeats(SourcePicture source, int byFolder, List<Diagnostic> diagnostics)
    {
        if (source.Repeats is { } text)
        {
            if (int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var repeats)
                && repeats is >= 1 and <= MostRepeats)
                return repeats;
            diagnostics.Add(new Diagnostic(
                DiagnosticCode.InvalidMetadata,
                Severity.Error,
                $"Repeats=\"{text}\" of this CharacterImage is not a whole number from 1 to {MostRepeats}.",
                source.Path));
        }

        return byFolder;
    }

    private static int RepeatsOf(string path, List<Diagnostic> diagnostics)
    {
        var folders = FoldersFromInside(path).ToList();
        if (folders.Find(folder => FolderRepeats.Of(folder) is { LeavesOut: true }) is { } unused)
        {
            diagnostics.Add(FolderRepeats.TellLeftOut(unused, path));
            return 0;
        }

        foreach (var folder in folders)
        {
            if (QualityFolders.TryGetValue(folder, out var byQuality)) return byQuality;
            if (FolderRepeats.Of(folder) is not { } byNumber) continue;
            if (byNumber.IsValid) return (int)byNumber.Number!;
            diagnostics.Add(byNumber.TellInvalid(folder, path));
        }

        return DefaultRepeats;
    }

    private static string? Outfit(Character character, SourcePicture source, string? byFolder, List<Diagnostic> diagnostics)
    {
        if (source.Outfit is { } given)
        {
            if (Named(character, given.Trim()) is { } named) return named;
            if (Tag.Comparer.Equals(given.Trim(), OutfitChooser.None)) return OutfitChooser.None;
            diagnostics.Add(new Diagnostic(
                DiagnosticCode.UnknownReference,
                Severity.Error,
                $"Outfit=\"{given}\" of this CharacterImage: the character has no such outfit."
                    + Nearest.Suggest(given, character.Outfits.Select(outfit => outfit.Name)),
                source.Path));
            return null;
        }

        return byFolder;
    }

    private static string? OutfitOf(Character character, string path) =>
        FoldersFromInside(path).Select(folder => Named(character, folder)).FirstOrDefault(name => name is not null);

    private static string? Named(Character character, string name) =>
        NormalText.Visible(name) is var visible
            ? character.Outfits.FirstOrDefault(outfit => Tag.Comparer.Equals(outfit.Name, visible))?.Name
            : null;

    private static IEnumerable<string> FoldersFromInside(string path)
    {
        var segments = path.Split('/');
        var first = segments[0] == "images" ? 1 : 0;
        for (var index = segments.Length - 2; index >= first; index--) yield return segments[index];
    }

    /// <summary>
    /// The names for tag files that are written anew: those that sd-scripts and tag editors look for, <c>two.txt</c>; where several
    /// pictures would have one of those, <c>two.png.txt</c> and <c>two.jpg.txt</c>.
    /// </summary>
    /// <param name="pictures">All pictures, and of a split one each part.</param>
    /// <returns>A name for each picture, in their order.</returns>
    public static IReadOnlyList<string> NewTagFiles(IEnumerable<(string Source, string? Part)> pictures)
    {
        var names = pictures.Select(picture => CompanionFiles.TagFileNames(picture.Source, picture.Part)).ToList();
        var shared = names.CountBy(name => name[1], StringComparer.Ordinal).Where(name => name.Value > 1).Select(name => name.Key)
            .ToHashSet(StringComparer.Ordinal);
        return names.ConvertAll(name => shared.Contains(name[1]) ? name[0] : name[1]);
    }

    private static string PartTagFile(string source, string part) => CompanionFiles.TagFileNames(source, part)[1];

    /// <summary>A picture, or a part of one, on the way through its edits.</summary>
    private sealed record Part(
        string? Name, IReadOnlyList<Edit> Edits, string? Outfit, int? Repeats, IReadOnlyList<TagEdit> TagEdits,
        IReadOnlyList<string> Hidden)
    {
        public Part Cut(SplitPart split) => new(
            split.Name,
            [.. Edits, new CropEdit(split.Area)],
            split.Outfit ?? Outfit,
            split.Repeats ?? Repeats,
            split.Tags is null ? TagEdits : [.. TagEdits, split.Tags],
            split.Hidden is null ? Hidden : [.. Hidden, .. split.Hidden]);
    }
}
