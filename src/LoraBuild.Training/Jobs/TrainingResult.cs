using LoraBuild.Protocol.Logging;

namespace LoraBuild.Training.Jobs;

/// <summary>The outcome of a training.</summary>
/// <param name="Steps">Optimizer steps, those before an interruption included.</param>
/// <param name="TotalSteps">Steps of the whole training.</param>
/// <param name="Epochs">Epochs that the done steps reach into.</param>
/// <param name="FirstEpochLoss">The mean loss of the first epoch.</param>
/// <param name="LastEpochLoss">The mean loss of the last whole epoch's number of steps.</param>
/// <param name="Log">Losses and learning rates of every step.</param>
/// <param name="Files">The written files, the finished LoRA last; it is missing where the training stopped early.</param>
public sealed record TrainingResult(
    int Steps,
    int TotalSteps,
    int Epochs,
    double FirstEpochLoss,
    double LastEpochLoss,
    TrainingLog Log,
    IReadOnlyList<string> Files)
{
    /// <summary>The loss of every step.</summary>
    public IReadOnlyList<double> Losses => Log.Losses;

    /// <summary>The part of this run's time, from its second step on, in which steps waited for their pictures: 0 to 1.</summary>
    public double ShareOfWaiting { get; init; }

    /// <summary>
    /// True if the training ran to its end; false where <see cref="TrainingJob.StopAfter"/> stopped it, which the next run goes on from.
    /// </summary>
    public bool IsFinished => Steps == TotalSteps;
}

/// <summary>The progress of a training.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps in all.</param>
/// <param name="Epoch">The epoch that is running, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="AverageLoss">The mean loss of as many of the last steps as an epoch has; NaN before the first step.</param>
/// <param name="StepsPerSecond">The speed since this run began; 0 before the first step.</param>
/// <param name="Remaining">The time left at this speed.</param>
public sealed record TrainingProgress(
    int Step, int TotalSteps, int Epoch, int Epochs, double AverageLoss, double StepsPerSecond, TimeSpan Remaining);
