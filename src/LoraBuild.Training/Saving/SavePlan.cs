using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Saving;

/// <summary>Which files a training writes and which it removes again, under sd-scripts' names.</summary>
public sealed class SavePlan(TrainingJob job, TrainingPlan plan)
{
    /// <summary>The finished LoRA.</summary>
    public string FinalFile => Path.Combine(job.OutputFolder, $"{job.OutputName}.safetensors");

    /// <summary>The files to write after a step that is not the last.</summary>
    /// <param name="steps">Steps done.</param>
    public IEnumerable<string> After(int steps)
    {
        if (steps >= plan.TotalSteps)
            yield break;
        if (job.Settings.SaveEveryNSteps is { } every && steps % every == 0)
            yield return StepFile(steps);
        if (EndsSavedEpoch(steps))
            yield return EpochFile(steps);
    }

    /// <summary>All files besides the finished one that are there after so many steps.</summary>
    public IReadOnlyList<string> Kept(int steps)
    {
        var epochs = SavedSteps(steps, EndsSavedEpoch);
        var between = SavedSteps(steps, step => step % job.Settings.SaveEveryNSteps == 0);
        var oldest = between.LastOrDefault() - (job.Settings.SaveLastNSteps ?? int.MaxValue);
        return
        [
            .. between.Where(step => step >= oldest).Select(StepFile),
            .. epochs.TakeLast(job.Settings.SaveLastNEpochs ?? int.MaxValue).Select(EpochFile),
        ];
    }

    /// <summary>Removes what <c>save_last_n_epochs</c> and <c>save_last_n_steps</c> no longer keep.</summary>
    /// <param name="steps">Steps done.</param>
    public void RemoveOld(int steps)
    {
        var kept = Kept(steps);
        var written = SavedSteps(steps, EndsSavedEpoch).Select(EpochFile).Concat(SavedSteps(steps, step => step % job.Settings.SaveEveryNSteps == 0).Select(StepFile));
        foreach (var old in written.Except(kept))
            File.Delete(old);
    }

    private List<int> SavedSteps(int steps, Func<int, bool> isSaved) => [.. Enumerable.Range(1, Math.Min(steps, plan.TotalSteps - 1)).Where(isSaved)];

    private bool EndsSavedEpoch(int steps) =>
        job.Settings.SaveEveryNEpochs > 0 && steps % plan.StepsPerEpoch == 0 && steps / plan.StepsPerEpoch % job.Settings.SaveEveryNEpochs == 0;

    private string EpochFile(int steps) => Path.Combine(job.OutputFolder, $"{job.OutputName}-{steps / plan.StepsPerEpoch:000000}.safetensors");

    private string StepFile(int steps) => Path.Combine(job.OutputFolder, $"{job.OutputName}-step{steps:00000000}.safetensors");
}
