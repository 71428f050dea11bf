using LoraBuild.Settings;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks.Items;

/// <summary>The items <c>LoraToMerge</c>.</summary>
internal static class LoraToMergeItems
{
    /// <summary>Reads the items.</summary>
    public static IReadOnlyList<MergedLora> Read(ITaskItem[] items) =>
        [.. items.Select(item => new MergedLora(item.ItemSpec, item.GetMetadata("FullPath"), item.GetMetadata("Strength").Trim()))];
}
