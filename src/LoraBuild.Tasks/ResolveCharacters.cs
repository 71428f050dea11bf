using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
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
    // In the place of what is no UTF-8, .NET reads this.
    private const char Unreadable = '\ufffd';

    /// <summary>A character.yaml for each character. The pictures that it speaks of are relative to its folder.</summary>
    [Required]
    public ITaskItem[] Characters { get; set; } = [];

    /// <summary>The project's pictures.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        var pictures = PictureItems.Read(Pictures, ProjectFolder, out var left);
        var files = Characters.Select(character => PathOf(character)!).Distinct(StringComparer.Ordinal).ToList();
        var characters = files.Select(Read).ToList();
        foreach (var diagnostic in left)
            Report(diagnostic);
        TellUnread([.. pictures.Select(picture => picture.Path)]);
        TellMisplaced();
        if (Log.HasLoggedErrors)
            return;
        if (pictures.Count == 0)
            throw new LoraBuildException(
                DiagnosticCode.NoPictures, "The project has no pictures. Put some below images/high, images/medium or images/low.",
                files[0]);

        foreach (var file in files)
            Session.Links.Add(Path.GetDirectoryName(file)!);
        foreach (var problem in pictures.SelectInParallel(
            picture => Session.State.Exists(picture.Path)
                ? Session.Links.Refuse(picture.Path)
                : Missing("CharacterImage", picture.Item),
            CancellationToken).OfType<Diagnostic>())
            Report(problem);

        // One character owns every picture, wherever it lies; several own what lies in their folders.
        var root = files.Count == 1 ? Path.GetDirectoryName(files[0])! : Path.GetFullPath(ProjectFolder);
        var cast = files.Zip(characters, (file, character) => new CharacterFolder(character!, FolderOf(file, root))).ToList();
        Session.Characters = [.. cast.Select(folder => folder.Character)];
        var resolved = CastResolver.Resolve(
            cast, [.. pictures.Select(picture => Source(picture.Item, picture.Path, root))], FilesOfHers(root));
        foreach (var diagnostic in resolved.Diagnostics)
            Report(diagnostic);
        var tagFiles = resolved.Pictures.Select(picture => picture.TagFile).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        foreach (var refusal in tagFiles.SelectInParallel(
            file => Session.Links.Refuse(Path.Combine(root, file)), CancellationToken).OfType<Diagnostic>())
            Report(refusal);
        if (resolved.Pictures.Count == 0)
            throw new LoraBuildException(DiagnosticCode.NoPictures, "All pictures of the project are left out.", files[0]);
        Session.Pictures = [.. resolved.Pictures.Select(picture => ProjectPicture.Of(picture, root))];
    }

    /// <summary>The error for a picture that is not there.</summary>
    /// <param name="kind">The kind of the item that names it.</param>
    /// <param name="item">The item.</param>
    internal static Diagnostic Missing(string kind, ITaskItem item)
    {
        var path = PathOf(item)!;
        return IrregularFile.IsAt(path) ? IrregularFile.At(path).Diagnostic : new(
            DiagnosticCode.UnknownReference,
            Severity.Error,
            new FileInfo(path).LinkTarget is { } target
                ? $"The picture is a link to '{target}', which is not there or leads in a circle. Mend the link, or remove it."
                : path.Contains(Unreadable)
                ? $"The name of the picture '{item.ItemSpec}' is not in UTF-8, so it cannot be opened by it. Rename the file."
                : $"There is no picture '{item.ItemSpec}'. Correct the {kind} item; or rename a file whose own name has a backslash, which "
                    + "MSBuild takes for a folder.",
            path);
    }

    // Said before anything fails for want of pictures: these may be all that there are.
    private void TellUnread(IReadOnlyList<string> pictures)
    {
        var project = Path.GetFullPath(ProjectFolder);
        if (UnreadPictures.Among(
            Session.Survey.Files.Where(file => Path.GetDirectoryName(file) != project), pictures) is not { Count: > 0 } unread)
            return;
        Report(new Diagnostic(
            DiagnosticCode.UnreadFormat,
            Severity.Warning,
            "Nothing reads these files among the pictures: "
            + $"{PictureEnumeration.Of([.. unread.Select(file => Path.GetRelativePath(ProjectFolder, file))])}. Save pictures as PNG, and "
            + "keep other files elsewhere.",
            unread[0]));
    }

    private void TellMisplaced()
    {
        if (Session.Misplaced is not { Count: > 0 } misplaced)
            return;
        Report(new Diagnostic(
            DiagnosticCode.MisplacedPicture,
            Severity.Warning,
            $"Nothing is built from these pictures, which do not lie below '{ProjectFolders.Images}' (or "
            + $"'{ProjectFolders.Regularization}'), in lower case: {PictureEnumeration.Of(misplaced)}. Move or rename their folder, or "
            + "name them by CharacterImage items.",
            misplaced[0]));
    }

    // All but those of regularisation images.
    private List<string> FilesOfHers(string root)
    {
        var regularization = Path.Combine(Path.GetFullPath(ProjectFolder), ProjectFolders.Regularization) + Path.DirectorySeparatorChar;
        return [.. Session.Survey.Files.Where(file => !file.StartsWith(regularization, StringComparison.Ordinal))
            .Select(file => Within(root, file))];
    }

    private Character? Read(string path)
    {
        // Known first and read then: what is written in between is a change for the next build.
        if (Session.Links.Refuse(path) is { } refusal)
        {
            Report(refusal);
            return null;
        }

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
}
