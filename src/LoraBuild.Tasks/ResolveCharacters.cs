using System.Globalization;
using System.Text.Json;
using LoraBuild.Core.Characters;
using LoraBuild.Core.Diagnostics;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// ResolveCharacters: character.yaml and the pictures become one item for each picture to build, with everything that is said of it. A
/// split makes several pictures of one.
/// </summary>
public sealed class ResolveCharacters : LoraTask
{
    /// <summary>character.yaml. The pictures that it speaks of are relative to its folder.</summary>
    [Required]
    public ITaskItem CharacterFile { get; set; } = null!;

    /// <summary>The project's pictures.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>The pictures to build: the source file, with the metadata that <c>PictureMetadata</c> names.</summary>
    [Output]
    public ITaskItem[] ResolvedPictures { get; set; } = [];

    /// <summary>The trigger word.</summary>
    [Output]
    public string Trigger { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        var path = CharacterFile.GetMetadata("FullPath");
        var folder = Path.GetDirectoryName(path)!;
        var read = Core.Characters.CharacterFile.Read(path);
        foreach (var diagnostic in read.Diagnostics)
            Report(diagnostic);
        if (read.Character is not { } character || Log.HasLoggedErrors)
            return;
        if (Pictures.Length == 0)
            throw new LoraBuildException(DiagnosticCode.NoPictures, "The project has no pictures. Put some below images/high, images/medium or images/low.", path);

        Session.State.HashInput(path);
        Session.Character = character;
        Trigger = character.Trigger;
        var resolved = PictureResolver.Resolve(character, [.. Pictures.Select(picture => Source(picture, folder))], TextFilesBeside(folder));
        foreach (var diagnostic in resolved.Diagnostics)
            Report(diagnostic);
        NoteMissingTagFiles(resolved.Pictures, folder);
        ResolvedPictures = [.. resolved.Pictures.Select(picture => Item(picture, folder))];
    }

    private static SourcePicture Source(ITaskItem picture, string folder) => new(
        Path.GetRelativePath(folder, picture.GetMetadata("FullPath")),
        picture.GetMetadata(PictureMetadata.Repeats),
        picture.GetMetadata(PictureMetadata.Outfit));

    private List<string> TextFilesBeside(string folder) =>
    [
        .. Pictures
            .Select(picture => Path.GetDirectoryName(picture.GetMetadata("FullPath"))!)
            .Distinct(StringComparer.Ordinal)
            .Where(Directory.Exists)
            .SelectMany(directory => Directory.EnumerateFiles(directory, "*.txt"))
            .Select(file => Path.GetRelativePath(folder, file)),
    ];

    // A tag file that appears later is a change.
    private void NoteMissingTagFiles(IReadOnlyList<CharacterPicture> pictures, string folder)
    {
        foreach (var picture in pictures)
        {
            foreach (var name in PictureResolver.TagFileNames(picture.Source, picture.Part).TakeWhile(name => name != picture.TagFile))
                Session.State.NoteAbsent(Path.Combine(folder, name));
        }
    }

    private static ITaskItem Item(CharacterPicture picture, string folder)
    {
        var item = PictureItem.Create(Path.Combine(folder, picture.Source));
        item.SetLiteral(PictureMetadata.Id, picture.Id);
        item.SetLiteral(PictureMetadata.Source, picture.Source);
        item.SetLiteral(PictureMetadata.Repeats, picture.Repeats.ToString(CultureInfo.InvariantCulture));
        item.SetLiteral(PictureMetadata.Edits, JsonSerializer.Serialize(picture.Edits));
        item.SetLiteral(PictureMetadata.Outfit, picture.Outfit ?? "");
        item.SetLiteral(PictureMetadata.TagFile, picture.TagFile is null ? "" : Path.Combine(folder, picture.TagFile));
        item.SetLiteral(PictureMetadata.TagEdits, JsonSerializer.Serialize(picture.TagEdits));
        item.SetLiteral(PictureMetadata.Hidden, JsonSerializer.Serialize(picture.Hidden));
        return item;
    }
}
