namespace LoraBuild.Pages.Report;

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
