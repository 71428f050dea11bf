using System.Diagnostics;
using System.Globalization;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training;

/// <summary>
/// The time of a run: how often the author is told of it and states are saved, and the share of it in which steps waited.
/// </summary>
/// <param name="plan">The length of the training.</param>
/// <param name="firstStep">The step that the run begins with, from 0.</param>
/// <param name="progress">Told at the first and last step and every two seconds.</param>
internal sealed class TrainingClock(TrainingPlan plan, int firstStep, IProgress<TrainingProgress>? progress)
{
    // Where steps wait for pictures for more of the time than this, the author is told.
    private const double MuchWaiting = 0.05;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2), SaveInterval = TimeSpan.FromMinutes(5);

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private TimeSpan? lastReport;
    private TimeSpan lastSave, ofFirstStep;

    /// <summary>True if the state was saved so long ago that it is time again.</summary>
    public bool IsTimeToSave => watch.Elapsed - lastSave > SaveInterval;

    /// <summary>Notes that a step is done. The first one makes libraries ready, so that it does not count as waiting time.</summary>
    public void StepDone(int steps)
    {
        if (steps == firstStep + 1)
            ofFirstStep = watch.Elapsed;
    }

    /// <summary>Notes that the state is saved.</summary>
    public void Saved() => lastSave = watch.Elapsed;

    /// <summary>Tells the author of the progress where it is time.</summary>
    /// <param name="losses">The losses of the steps that are done.</param>
    public void Report(IReadOnlyList<double> losses)
    {
        if (lastReport is { } last && watch.Elapsed - last <= ProgressInterval && losses.Count < plan.TotalSteps)
            return;
        lastReport = watch.Elapsed;
        var speed = (losses.Count - firstStep) / watch.Elapsed.TotalSeconds;
        var left = TimeSpan.FromSeconds((plan.TotalSteps - losses.Count) / speed);
        progress?.Report(new(
            losses.Count, plan.TotalSteps, plan.EpochOf(losses.Count), plan.Epochs, plan.AverageOfEpoch(losses), speed, left));
    }

    /// <summary>The share of the run's time, from its second step on, in which steps waited for their pictures.</summary>
    /// <param name="steps">Steps that are done.</param>
    /// <param name="waited">The time that they waited.</param>
    /// <param name="log">Told where it is much.</param>
    public double ShareOfWaiting(int steps, TimeSpan waited, Action<string>? log)
    {
        var share = steps > firstStep + 1 ? waited / (watch.Elapsed - ofFirstStep) : 0;
        if (share > MuchWaiting)
        {
            log?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"Steps waited for their pictures for {share:P0} of the time. LoraMaxDataLoaderNWorkers or LoraCacheLatents may help, or a "
                + $"faster disk."));
        }
        return share;
    }
}
