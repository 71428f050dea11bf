namespace LoraBuild.Pages.Report;

/// <summary>A bucket in the report.</summary>
/// <param name="Size">Its size, <c>WIDTHxHEIGHT</c>.</param>
/// <param name="Pictures">The number of its pictures.</param>
/// <param name="Samples">The number of samples that an epoch takes from it.</param>
/// <param name="Batches">In how many batches.</param>
public sealed record ReportBucket(string Size, int Pictures, int Samples, int Batches);
