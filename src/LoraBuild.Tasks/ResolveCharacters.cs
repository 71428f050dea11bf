using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// ResolveCharacters: every character.yaml and the pictures become the pictures to build, with everything that is said of each. A split
/// makes several pictures of one.
/// </summary>
public sealed class ResolveCharacters : LoraTask
{
    /// <summary>The project's folder.</summary>
    [Required]
    public string ProjectFolder { get; set; } = "";

    /// <summary>A character.yaml for each character. The pictures that it speaks of are relative to its folder.</summary>
    [Required]
    public ITaskItem[] Characters { get; set; } = [];

    /// <summary>The project's pictures.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        var pictures = Pictures.Where(picture => !picture.ItemSpec.EndsWith(PictureMask.Extension, StringComparison.OrdinalIgnoreCase))
            .Select(picture => (Item: picture, Path: PathOf(picture)!)).ToList();
        var files = Characters.Select(character => PathOf(character)!).Distinct(StringComparer.Ordinal).ToList();
        var characters = files.Select(Read).ToList();
        TellUnread(files, [.. pictures.Select(picture => picture.Path)]);
        if (Log.HasLoggedErrors)
            return;
        if (pictures.Count == 0)
            throw new LoraBuildException(
                DiagnosticCode.NoPictures, "The project has no pictures. Put some below images/high, images/medium or images/low.",
                files[0]);

        foreach (var (missing, _) in pictures.Where(picture => !Session.State.Exists(picture.Path)))
        {
            Report(new Diagnostic(
                DiagnosticCode.UnknownReference,
                Severity.Error,
                $"There is no picture '{missing.ItemSpec}'. Correct the CharacterImage item or the link; or rename a file whose own name "
                + "has a backslash, which MSBuild takes for a folder.",
                files[0]));
        }

        // One character owns every picture, wherever it lies; several own what lies in their folders.
        var root = files.Count == 1 ? Path.GetDirectoryName(files[0])! : Path.GetFullPath(ProjectFolder);
        var cast = files.Zip(characters, (file, character) => new CharacterFolder(character!, FolderOf(file, root))).ToList();
        Session.Characters = [.. cast.Select(folder => folder.Character)];
        var resolved = CastResolver.Resolve(
            cast, [.. pictures.Select(picture => Source(picture.Item, picture.Path, root))],
            TextFilesBeside([.. pictures.Select(picture => picture.Path)], root));
        foreach (var diagnostic in resolved.Diagnostics)
            Report(diagnostic);
        NoteMissingTagFiles(resolved.Pictures, root);
        Session.Pictures = [.. resolved.Pictures.Select(picture => ProjectPicture.Of(picture, root))];
        Session.RegularizationImages = [];
    }

    // Said before anything fails for want of pictures: these may be all that there are.
    private void TellUnread(IReadOnlyList<string> characterFiles, IReadOnlyList<string> pictures)
    {
        var folders = characterFiles.Select(file => Path.Combine(Path.GetDirectoryName(file)!, "images"))
            .Append(Path.Combine(ProjectFolder, "regularization"));
        if (UnreadPictures.Below(folders, pictures) is not { Count: > 0 } unread)
            return;
        Report(new Diagnostic(
            DiagnosticCode.UnreadFormat,
            Severity.Warning,
            "Nothing is built from these pictures, whose formats are not read: "
            + $"{PictureEnumeration.Of([.. unread.Select(file => Path.GetRelativePath(ProjectFolder, file))])}. Save them as PNG.",
            unread[0]));
    }


    private Character? Read(string path)
    {
        // Known first and read then: what is written in between is a change for the next build.
        if (File.Exists(path))
            Session.State.HashInput(path);
        var read = CharacterFile.Read(path);
        foreach (var diagnostic in read.Diagnostics)
            Report(diagnostic);
        return read.Character;
    }

    private static string FolderOf(string file, string root) =>
        Path.GetRelativePath(root, Path.GetDirectoryName(file)!) is var folder && folder == "." ? "" : folder;

    private static SourcePicture Source(ITaskItem picture, string path, string root) => new(
        Within(root, path), picture.GetMetadata(PictureMetadata.Repeats), picture.GetMetadata(PictureMetadata.Outfit));

    // Most files lie below the root, and of tens of thousands even this takes its time.
    private static string Within(string root, string path) =>
        path.Length > root.Length && path[root.Length] == Path.DirectorySeparatorChar && path.StartsWith(root, StringComparison.Ordinal)
            ? path[(root.Length + 1)..]
            : Path.GetRelativePath(root, path);

    private static List<string> TextFilesBeside(IReadOnlyList<string> pictures, string root) =>
    [
        .. pictures
            .Select(picture => Path.GetDirectoryName(picture)!)
            .Distinct(StringComparer.Ordinal)
            .Where(Directory.Exists)
            .SelectMany(directory => Directory.EnumerateFiles(directory, "*.txt"))
            .Select(file => Within(root, file)),
    ];

    // A tag file that appears later is a change.
    private void NoteMissingTagFiles(IReadOnlyList<CharacterPicture> pictures, string root)
    {
        foreach (var picture in pictures)
        {
            foreach (var name in PictureResolver.TagFileNames(picture.Source, picture.Part))
            {
                if (name == picture.TagFile)
                    break;
                Session.State.NoteAbsent(Path.Combine(root, name));
            }
        }
    }
}
