using LoraBuild.Protocol.Logging;

namespace LoraBuild.Training;

/// <summary>What came of a training.</summary>
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

    /// <summary>Whether the training ran to its end; false where <see cref="TrainingJob.StopAfter"/> stopped it, which the next run goes on from.</summary>
    public bool IsFinished => Steps == TotalSteps;
}
