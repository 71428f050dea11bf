using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>
/// ResolveCharacters for a project: each picture goes to the character in whose folder it lies, and is resolved by what her character.yaml
/// says.
/// </summary>
public static class CastResolver
{
    /// <summary>Resolves the pictures of all characters.</summary>
    /// <param name="cast">The characters. Where there are several, no two share a folder or a trigger word.</param>
    /// <param name="pictures">Picture files, by paths relative to the project's folder.</param>
    /// <param name="files">All files in the folders of the pictures, relative to the project's folder.</param>
    /// <returns>Pictures and tag files by paths relative to the project's folder; ids are unique in the project.</returns>
    public static ResolvedPictures Resolve(
        IReadOnlyList<CharacterFolder> cast, IReadOnlyList<SourcePicture> pictures, IReadOnlyCollection<string> files)
    {
        var diagnostics = Clashes(cast).ToList();
        // The innermost folder that holds a picture decides; equally deep ones are not both around it.
        var inward = cast.OrderByDescending(folder => folder.Path.Length).ToArray();
        var picturesOf = pictures.ToLookup(picture => Array.Find(inward, folder => folder.Contains(picture.Path)));
        var filesOf = files.ToLookup(file => Array.Find(inward, folder => folder.Contains(file)));
        var resolved = new List<CharacterPicture>();
        foreach (var folder in cast.Distinct())
        {
            var own = PictureResolver.Resolve(
                folder.Character,
                [.. picturesOf[folder].Select(picture => picture with { Path = folder.Inside(picture.Path) })],
                [.. filesOf[folder].Select(folder.Inside)]);
            resolved.AddRange(own.Pictures.Select(picture => picture with
            {
                Source = folder.Outside(picture.Source),
                TagFile = picture.TagFile is null ? null : folder.Outside(picture.TagFile),
                Mask = picture.Mask is null ? null : folder.Outside(picture.Mask),
            }));
            diagnostics.AddRange(own.Diagnostics.Select(diagnostic => IsAboutYaml(diagnostic, folder) ? diagnostic : diagnostic with
            {
                File = folder.Outside(diagnostic.File!),
            }));
        }

        diagnostics.AddRange(picturesOf[null].Select(picture => new Diagnostic(
            DiagnosticCode.CharacterClash,
            Severity.Error,
            "The picture lies in no character's folder. Put it below the images/ of one of them: "
                + $"{string.Join(", ", cast.Select(folder => folder.Outside("images/")))}.",
            picture.Path)));
        return new ResolvedPictures(PictureNames.Give(resolved), diagnostics);
    }

    private static bool IsAboutYaml(Diagnostic diagnostic, CharacterFolder folder) => diagnostic.File == folder.Character.File;

    private static IEnumerable<Diagnostic> Clashes(IReadOnlyList<CharacterFolder> cast)
    {
        foreach (var same in cast.GroupBy(folder => folder.Path, StringComparer.Ordinal).Where(same => same.Skip(1).Any()))
            yield return Clash(
                same.Last(),
                $"lies in the same folder as {same.First().Character.File}. Each needs a folder of her own, with her images/ in it.");
        foreach (var same in cast.GroupBy(folder => folder.Character.Trigger, Tag.Comparer).Where(same => same.Skip(1).Any()))
            yield return Clash(
                same.Last(),
                $"has the trigger '{same.Key}', which {same.First().Character.File} has too. One of them needs another trigger word.");
    }

    private static Diagnostic Clash(CharacterFolder folder, string what) => new(
        DiagnosticCode.CharacterClash, Severity.Error, $"This character {what}", folder.Character.File);
}
