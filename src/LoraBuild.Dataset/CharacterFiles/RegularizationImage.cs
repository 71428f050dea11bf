using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>
/// A regularisation image of a project: a picture of others of her class, so that training does not make all of them her. As for
/// sd-scripts, it lies in a folder <c>REPEATS_CLASS</c>, and its caption is the text file beside it, or the class.
/// </summary>
/// <param name="Id">Its name in the dataset and in obj/; no picture of a character has it.</param>
/// <param name="Source">Its path relative to the project's folder, with <c>/</c> between folders.</param>
/// <param name="Repeats">The number of times that it is shown before the others' turn comes again; at least 1.</param>
/// <param name="Class">The name of its folder after the number, such as <c>girl</c>.</param>
public sealed record RegularizationImage(string Id, string Source, int Repeats, string Class)
{
    // Names of the characters' pictures have no such letter.
    private const string IdPrefix = "regularization+", DrawnPrefix = "drawn+";

    /// <summary>The text file beside it with its caption, as <see cref="Source"/>, or null.</summary>
    public string? CaptionFile { get; init; }

    /// <summary>The mask beside it, as <see cref="Source"/>, or null.</summary>
    public string? Mask { get; init; }

    /// <summary>
    /// Resolves a project's regularisation images, ordered by path. As for sd-scripts, those below a folder <c>0_anything</c> are left out.
    /// </summary>
    /// <param name="pictures">Their paths relative to the project's folder, and their metadata <c>Repeats</c>.</param>
    /// <param name="files">All files in their folders.</param>
    /// <param name="diagnostics">LB1009 for repeats that are no number; warnings that name files without effect.</param>
    public static IReadOnlyList<RegularizationImage> Resolve(
        IEnumerable<SourcePicture> pictures, IReadOnlyCollection<string> files, out IReadOnlyList<Diagnostic> diagnostics)
    {
        SourcePicture[] sources = [.. pictures.DistinctBy(picture => picture.Path, StringComparer.Ordinal)
            .OrderBy(picture => picture.Path, StringComparer.Ordinal)];
        var names = PictureNames.Of([.. sources.Select(picture => (picture.Path, (string?)null))]);
        var found = new List<Diagnostic>();
        diagnostics = found;
        var companions = new CompanionFiles(files);
        var folders = new Dictionary<string, (int Repeats, string Class)>(StringComparer.Ordinal);
        var images = new List<RegularizationImage>(sources.Length);
        for (var i = 0; i < sources.Length; i++)
        {
            var (path, given) = (sources[i].Path, sources[i].Repeats?.Trim() ?? "");
            var folder = path[..(path.LastIndexOf('/') + 1)];
            if (!folders.TryGetValue(folder, out var said))
                folders[folder] = said = Folder(folder, found);
            var (repeats, name) = said;
            if (given.Length > 0 && !TryRepeats(given, out repeats))
            {
                found.Add(new(
                    DiagnosticCode.InvalidMetadata,
                    Severity.Error,
                    $"Repeats=\"{given}\" of this LoraRegularizationImage is not a whole number from 1 to {PictureResolver.MostRepeats}.",
                    path));
            }

            var (caption, mask) = (companions.TagFile(path, null), companions.Mask(path));
            if (caption is null && folder == $"{ProjectFolders.Regularization}/"
                && images.All(image => image.CaptionFile is not null || image.Class != name))
            {
                found.Add(new(
                    DiagnosticCode.InvalidMetadata,
                    Severity.Warning,
                    $"No folder below '{name}' says what this picture shows, so that its caption is '{name}'. Move it into one such as "
                    + $"'{folder}1_girl', or write a caption beside it.",
                    path));
            }

            if (repeats > 0)
                images.Add(new(IdPrefix + names[i], path, repeats, name) { CaptionFile = caption, Mask = mask });
        }

        found.AddRange(companions.Unused());
        return images;
    }

    /// <summary>One that the base model draws for a prompt, whose first tag is the class.</summary>
    /// <param name="place">Its place among them, from 0.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="source">The file of the prompt, relative to the project's folder.</param>
    public static RegularizationImage Drawn(int place, string prompt, string source) => new(
        string.Create(CultureInfo.InvariantCulture, $"{DrawnPrefix}{place + 1:0000}"), source, 1,
        TagList.Parse(prompt) is [var first, ..] ? first : "");

    /// <summary>The caption in a text file beside such a picture.</summary>
    /// <exception cref="LoraBuildException">LB3004: it is not UTF-8. LB6004: it cannot be read.</exception>
    public static string ReadCaption(string file) => Utf8Text.Read(file, DiagnosticCode.TagFileEncoding).Trim();

    // The innermost folder REPEATS_CLASS; without one, the innermost folder is the class.
    private static (int Repeats, string Class) Folder(string path, List<Diagnostic> found)
    {
        var folders = path.Split('/')[..^1];
        foreach (var folder in folders.Reverse())
        {
            if (FolderRepeats.Of(folder) is not { } number)
                continue;
            if (number.LeavesOut)
                found.Add(FolderRepeats.TellLeftOut(folder, path));
            else if (!number.IsValid)
                found.Add(number.TellInvalid(folder, path));
            if (number.Number is not null)
                return (
                    number.LeavesOut
                        ? 0
                        : (int)Math.Min(number.Number.Value, PictureResolver.MostRepeats), folder[(folder.IndexOf('_') + 1)..].Trim());
        }

        return (1, folders.LastOrDefault() ?? "");
    }

    private static bool TryRepeats(string text, out int repeats) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out repeats)
            && repeats is >= 1 and <= PictureResolver.MostRepeats;
}
