using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Characters;
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

    /// <summary>Resolves a project's regularisation images, ordered by path.</summary>
    /// <param name="pictures">Their paths relative to the project's folder, and their metadata <c>Repeats</c>.</param>
    /// <param name="diagnostics">LB1009 for repeats that are no number.</param>
    public static IReadOnlyList<RegularizationImage> Resolve(IEnumerable<SourcePicture> pictures, out IReadOnlyList<Diagnostic> diagnostics)
    {
        SourcePicture[] sources = [.. pictures.DistinctBy(picture => picture.Path, StringComparer.Ordinal)
            .OrderBy(picture => picture.Path, StringComparer.Ordinal)];
        var names = PictureNames.Of([.. sources.Select(picture => (picture.Path, (string?)null))]);
        var found = new List<Diagnostic>();
        diagnostics = found;
        return [.. sources.Select((picture, i) =>
        {
            var (repeats, name) = Folder(picture.Path);
            if (!string.IsNullOrWhiteSpace(picture.Repeats) && !TryRepeats(picture.Repeats.Trim(), out repeats))
            {
                found.Add(new(
                    DiagnosticCode.InvalidMetadata,
                    Severity.Error,
                    $"Repeats=\"{picture.Repeats}\" of this LoraRegularizationImage is not a whole number from 1 to "
                    + $"{PictureResolver.MostRepeats}.",
                    picture.Path));
            }

            return new RegularizationImage(IdPrefix + names[i], picture.Path, repeats, name);
        })];
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
    private static (int Repeats, string Class) Folder(string path)
    {
        var folders = path.Split('/')[..^1];
        foreach (var folder in folders.Reverse())
        {
            if (folder.IndexOf('_') is > 0 and var bar && TryRepeats(folder[..bar], out var repeats))
                return (repeats, folder[(bar + 1)..].Trim());
        }

        return (1, folders.LastOrDefault() ?? "");
    }

    private static bool TryRepeats(string text, out int repeats) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out repeats)
            && repeats is >= 1 and <= PictureResolver.MostRepeats;
}
