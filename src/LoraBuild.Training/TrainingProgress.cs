namespace LoraBuild.Training;

/// <summary>How far a training is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps in all.</param>
/// <param name="Epoch">The epoch that is running, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="AverageLoss">The mean loss of as many of the last steps as an epoch has; NaN before the first step.</param>
/// <param name="StepsPerSecond">The speed since this run began; 0 before the first step.</param>
/// <param name="Remaining">The time left at this speed.</param>
public sealed record TrainingProgress(
    int Step, int TotalSteps, int Epoch, int Epochs, double AverageLoss, double StepsPerSecond, TimeSpan Remaining);
