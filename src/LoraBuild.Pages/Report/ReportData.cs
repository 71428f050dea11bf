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

/// <summary>A bucket in the report.</summary>
/// <param name="Size">Its size, <c>WIDTHxHEIGHT</c>.</param>
/// <param name="Pictures">The number of its pictures.</param>
/// <param name="Samples">The number of samples that an epoch takes from it.</param>
/// <param name="Batches">In how many batches.</param>
public sealed record ReportBucket(string Size, int Pictures, int Samples, int Batches);

/// <summary>A group of the dataset in the report.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Repeats">The number of times that an epoch shows each picture.</param>
/// <param name="Pictures">The number of its pictures.</param>
public sealed record ReportGroup(string Folder, int Repeats, int Pictures);

/// <summary>The arithmetic of an epoch and of the training.</summary>
/// <param name="Samples">The sum over the groups of repeats times pictures.</param>
/// <param name="BatchSize">train_batch_size.</param>
/// <param name="Steps">EPOCH: samples over batch size, rounded up.</param>
/// <param name="Batches">Batches in one pass over the data.</param>
/// <param name="TotalLength">The training's length as it is set.</param>
/// <param name="TotalSteps">The same in steps.</param>
/// <param name="WarmupLength">The warm-up's length as it is set.</param>
/// <param name="WarmupSteps">The same in steps.</param>
public sealed record ReportEpoch(
    int Samples, int BatchSize, int Steps, int Batches, string TotalLength, long TotalSteps, string WarmupLength, long WarmupSteps);

/// <summary>An outfit in the report.</summary>
/// <param name="Character">Whose it is: a trigger word.</param>
/// <param name="Name">Its name.</param>
/// <param name="Tags">Its tags.</param>
public sealed record ReportOutfit(string Character, string Name, IReadOnlyList<string> Tags);

/// <summary>A warning in the report.</summary>
/// <param name="Code">One of <see cref="Base.Diagnostics.DiagnosticCode"/>.</param>
/// <param name="Message">The fault.</param>
/// <param name="Pictures">Ids of the pictures it is about.</param>
public sealed record ReportWarning(string Code, string Message, IReadOnlyList<string> Pictures);
