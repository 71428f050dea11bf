using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks.Items;

/// <summary>The taggers of a project: see <see cref="TagPictures.Taggers"/>.</summary>
internal static class TaggerItems
{
    /// <summary>Reads the items.</summary>
    public static IReadOnlyList<ProjectTagger> Read(ITaskItem[] items) =>
    [
        .. items.Select(item => new ProjectTagger(
            item.ItemSpec,
            item.GetMetadata("Model"),
            item.GetMetadata("Sha256"),
            item.GetMetadata("Labels"),
            item.GetMetadata("LabelsSha256"),
            item.GetMetadata("Threshold"),
            item.GetMetadata("CharacterThreshold"))),
    ];
}
