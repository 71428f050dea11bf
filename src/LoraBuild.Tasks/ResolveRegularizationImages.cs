using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Pictures;
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
    public ITaskItem[] Pictures { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        if (Pictures.Where(picture => !IsUsable(picture)).ToList().Count > 0)
            return;
        var project = Path.GetFullPath(ProjectFolder);
        var pictures = PictureItems.Read(Pictures, project, out var left);
        var sources = pictures.Select(picture => new SourcePicture(
            Path.GetRelativePath(project, picture.Path), picture.Item.GetMetadata(PictureMetadata.Repeats))).ToList();
        var folders = sources.Select(source => Path.GetDirectoryName(source.Path)).ToHashSet(StringComparer.Ordinal);
        var files = Session.Survey.Files.Select(file => Path.GetRelativePath(project, file))
            .Where(file => folders.Contains(Path.GetDirectoryName(file))
                || file.StartsWith(ProjectFolders.Regularization + '/', StringComparison.Ordinal));
        var resolved = RegularizationImage.Resolve(sources, [.. files], out var diagnostics);
        foreach (var diagnostic in left.Concat(diagnostics))
            Report(diagnostic);
        Session.RegularizationImages = [.. resolved.Select(Picture)];
    }

    private bool IsUsable(ITaskItem picture)
    {
        var path = PathOf(picture)!;
        var problem =
            Session.State.Exists(path) ? Session.Links.Refuse(path) : ResolveCharacters.Missing("LoraRegularizationImage", picture);
        if (problem is not null)
            Report(problem);
        return problem is null;
    }

    private ProjectPicture Picture(RegularizationImage picture)
    {
        var path = Path.Combine(ProjectFolder, picture.Source);
        return new ProjectPicture(picture.Id, picture.Source, path, picture.Repeats)
        {
            Class = picture.Class,
            Mask = picture.Mask is null ? null : Path.Combine(ProjectFolder, picture.Mask),
            Caption = picture.CaptionFile is null ? picture.Class : Caption(Path.Combine(ProjectFolder, picture.CaptionFile)),
        };
    }

    private string Caption(string file)
    {
        Session.Links.Require(file);
        Session.State.HashInput(file);
        return RegularizationImage.ReadCaption(file);
    }
}
