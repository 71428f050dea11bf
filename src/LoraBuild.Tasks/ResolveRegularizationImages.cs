using System.Globalization;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>ResolveRegularizationImages: pictures of others of her class, with their repeats and captions; they are neither tagged nor edited.</summary>
public sealed class ResolveRegularizationImages : LoraTask
{
    /// <summary>The project's folder.</summary>
    [Required]
    public string ProjectFolder { get; set; } = "";

    /// <summary>The pictures.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>The pictures, with the metadata that <c>PictureMetadata</c> names.</summary>
    [Output]
    public ITaskItem[] ResolvedPictures { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        var sources = Pictures.Select(picture => new SourcePicture(
            Path.GetRelativePath(ProjectFolder, picture.GetMetadata("FullPath")), picture.GetMetadata(PictureMetadata.Repeats)));
        var resolved = RegularizationImage.Resolve(sources, out var diagnostics);
        foreach (var diagnostic in diagnostics)
            Report(diagnostic);
        ResolvedPictures = [.. resolved.Select(Item)];
    }

    private ITaskItem Item(RegularizationImage picture)
    {
        var path = Path.Combine(ProjectFolder, picture.Source);
        var item = PictureItem.Create(path);
        item.SetLiteral(PictureMetadata.Id, picture.Id);
        item.SetLiteral(PictureMetadata.Source, picture.Source);
        item.SetLiteral(PictureMetadata.Repeats, picture.Repeats.ToString(CultureInfo.InvariantCulture));
        item.SetLiteral(PictureMetadata.Edits, "[]");
        item.SetLiteral(PictureMetadata.Class, picture.Class);
        item.SetLiteral(PictureMetadata.Caption, CaptionBeside(path) ?? picture.Class);
        return item;
    }

    private string? CaptionBeside(string picture)
    {
        var file = Path.ChangeExtension(picture, ".txt");
        if (!File.Exists(file))
        {
            Session.State.NoteAbsent(file);
            return null;
        }

        Session.State.HashInput(file);
        return RegularizationImage.ReadCaption(file);
    }
}
