using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// ResolveRegularizationImages: pictures of others of her class, with their repeats and captions; they are neither tagged nor edited.
/// </summary>
public sealed class ResolveRegularizationImages : LoraTask
{
    /// <summary>The pictures.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        var sources = Pictures.Select(picture => new SourcePicture(
            Path.GetRelativePath(ProjectFolder, picture.GetMetadata("FullPath")), picture.GetMetadata(PictureMetadata.Repeats)));
        var resolved = RegularizationImage.Resolve(sources, out var diagnostics);
        foreach (var diagnostic in diagnostics)
            Report(diagnostic);
        Session.RegularizationImages = [.. resolved.Select(Picture)];
    }

    private ProjectPicture Picture(RegularizationImage picture)
    {
        var path = Path.Combine(ProjectFolder, picture.Source);
        return new ProjectPicture(picture.Id, picture.Source, path, picture.Repeats)
        {
            Class = picture.Class,
            Caption = CaptionBeside(path) ?? picture.Class,
        };
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
