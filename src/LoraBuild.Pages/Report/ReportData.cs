using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Pages.Report;

/// <summary>Everything that the report shows, as the page's script reads it.</summary>
/// <param name="Title">The project's name.</param>
/// <param name="Triggers">The characters' trigger words.</param>
/// <param name="Pictures">The pictures, in the order of the dataset's groups.</param>
/// <param name="Groups">The dataset's groups.</param>
/// <param name="Epoch">The length of the training, and its reason.</param>
/// <param name="Buckets">The buckets that have pictures, by width and then height.</param>
/// <param name="Outfits">The outfits of all characters.</param>
/// <param name="Warnings">Everything that the author should look at.</param>
/// <param name="Duplicates">Pictures that look alike, the most alike first.</param>
public sealed record ReportData(
    string Title,
    IReadOnlyList<string> Triggers,
    IReadOnlyList<ReportPicture> Pictures,
    IReadOnlyList<ReportGroup> Groups,
    ReportEpoch Epoch,
    IReadOnlyList<ReportBucket> Buckets,
    IReadOnlyList<ReportOutfit> Outfits,
    IReadOnlyList<ReportWarning> Warnings,
    IReadOnlyList<NearDuplicate> Duplicates);
