namespace LoraBuild.Builds.Killing;

/// <summary>A moment of a build at which something of it is killed.</summary>
/// <param name="Task">The task in which it is to be hit.</param>
/// <param name="Fraction">
/// How much of the task is over then, 0 to 1. For <see cref="Training"/> it counts the training's steps; what comes before the first step
/// and after the last are <see cref="Loading"/> and <see cref="Publishing"/>.
/// </param>
/// <param name="Delay">For <see cref="Training"/>, how long after that, as a share of the whole training's time.</param>
/// <param name="Victim">What is killed.</param>
internal sealed record KillMoment(string Task, double Fraction, double Delay, Victim Victim)
{
    /// <summary>The training before its first step.</summary>
    public const string Loading = "TrainLora: loading";

    /// <summary>The training's steps.</summary>
    public const string Training = "TrainLora";

    /// <summary>The training after its last step: its files go to the cache and to bin.</summary>
    public const string Publishing = "TrainLora: publishing";
}
