using System.Globalization;
using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// ResolveCharacters: every character.yaml and the pictures become one item for each picture to build, with everything that is said of it.
/// A split makes several pictures of one.
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

    /// <summary>The pictures to build: the source file, with the metadata that <c>PictureMetadata</c> names.</summary>
    [Output]
    public ITaskItem[] ResolvedPictures { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        Pictures = [.. Pictures.Where(picture => !picture.ItemSpec.EndsWith(PictureMask.Extension, StringComparison.OrdinalIgnoreCase))];
        var files = Characters.Select(character => character.GetMetadata("FullPath")).Distinct(StringComparer.Ordinal).ToList();
        var characters = files.Select(Read).ToList();
        TellUnread(files);
        if (Log.HasLoggedErrors)
            return;
        if (Pictures.Length == 0)
            throw new LoraBuildException(
                DiagnosticCode.NoPictures, "The project has no pictures. Put some below images/high, images/medium or images/low.", files[0]);

        foreach (var missing in Pictures.Where(picture => !IsThere(picture.GetMetadata("FullPath"))))
        {
            Report(new Diagnostic(
                DiagnosticCode.UnknownReference,
                Severity.Error,
                $"There is no picture '{missing.ItemSpec}'. Correct the CharacterImage item or the link; or rename a file whose own name has a backslash, which MSBuild takes for a folder.",
                files[0]));
        }

        // One character owns every picture, wherever it lies; several own what lies in their folders.
        var root = files.Count == 1 ? Path.GetDirectoryName(files[0])! : Path.GetFullPath(ProjectFolder);
        var cast = files.Zip(characters, (file, character) => new CharacterFolder(character!, FolderOf(file, root))).ToList();
        Session.Characters = [.. cast.Select(folder => folder.Character)];
        var resolved = CastResolver.Resolve(cast, [.. Pictures.Select(picture => Source(picture, root))], TextFilesBeside(root));
        foreach (var diagnostic in resolved.Diagnostics)
            Report(diagnostic);
        NoteMissingTagFiles(resolved.Pictures, root);
        ResolvedPictures = [.. resolved.Pictures.Select(picture => Item(picture, root))];
    }

    // Said before anything fails for want of pictures: these may be all that there are.
    private void TellUnread(IReadOnlyList<string> characterFiles)
    {
        var folders = characterFiles.Select(file => Path.Combine(Path.GetDirectoryName(file)!, "images")).Append(Path.Combine(ProjectFolder, "regularization"));
        if (UnreadPictures.Below(folders, [.. Pictures.Select(picture => picture.GetMetadata("FullPath"))]) is not { Count: > 0 } unread)
            return;
        Report(new Diagnostic(
            DiagnosticCode.UnreadFormat,
            Severity.Warning,
            $"Nothing is built from these pictures, whose formats are not read: {PictureEnumeration.Of([.. unread.Select(file => Path.GetRelativePath(ProjectFolder, file))])}. Save them as PNG.",
            unread[0]));
    }

    // A link is there although what it points to is not.
    private static bool IsThere(string path) => File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists != false;

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

    private static SourcePicture Source(ITaskItem picture, string root) => new(
        Path.GetRelativePath(root, picture.GetMetadata("FullPath")),
        picture.GetMetadata(PictureMetadata.Repeats),
        picture.GetMetadata(PictureMetadata.Outfit));

    private List<string> TextFilesBeside(string root) =>
    [
        .. Pictures
            .Select(picture => Path.GetDirectoryName(picture.GetMetadata("FullPath"))!)
            .Distinct(StringComparer.Ordinal)
            .Where(Directory.Exists)
            .SelectMany(directory => Directory.EnumerateFiles(directory, "*.txt"))
            .Select(file => Path.GetRelativePath(root, file)),
    ];

    // A tag file that appears later is a change.
    private void NoteMissingTagFiles(IReadOnlyList<CharacterPicture> pictures, string root)
    {
        foreach (var picture in pictures)
        {
            foreach (var name in PictureResolver.TagFileNames(picture.Source, picture.Part).TakeWhile(name => name != picture.TagFile))
                Session.State.NoteAbsent(Path.Combine(root, name));
        }
    }

    private static ITaskItem Item(CharacterPicture picture, string root)
    {
        var item = PictureItem.Create(Path.Combine(root, picture.Source));
        item.SetLiteral(PictureMetadata.Id, picture.Id);
        item.SetLiteral(PictureMetadata.Character, picture.Character);
        item.SetLiteral(PictureMetadata.Source, picture.Source);
        item.SetLiteral(PictureMetadata.SourcePath, Path.Combine(root, picture.Source));
        item.SetLiteral(PictureMetadata.Part, picture.Part ?? "");
        item.SetLiteral(PictureMetadata.Repeats, picture.Repeats.ToString(CultureInfo.InvariantCulture));
        item.SetLiteral(PictureMetadata.Edits, JsonSerializer.Serialize(picture.Edits, CharacterJson.Default.IReadOnlyListEdit));
        item.SetLiteral(PictureMetadata.EditsAt, picture.EditsAt ?? "");
        item.SetLiteral(PictureMetadata.Outfit, picture.Outfit ?? "");
        item.SetLiteral(PictureMetadata.TagFile, picture.TagFile is null ? "" : Path.Combine(root, picture.TagFile));
        item.SetLiteral(PictureMetadata.TagEdits, JsonSerializer.Serialize(picture.TagEdits, CharacterJson.Default.IReadOnlyListTagEdit));
        item.SetLiteral(PictureMetadata.Hidden, JsonSerializer.Serialize(picture.Hidden, CharacterJson.Default.IReadOnlyListString));
        return item;
    }
}
