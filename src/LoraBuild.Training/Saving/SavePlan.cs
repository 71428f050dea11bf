using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Saving;

/// <summary>
/// Which files a training writes and which it removes again, under sd-scripts' names; a state is one file here, under the name of
/// sd-scripts' folder.
/// </summary>
/// <param name="job">What is trained, and where to.</param>
/// <param name="plan">How long.</param>
/// <param name="resumedSteps">The steps before the state that the training resumed from: their files are another training's.</param>
public sealed class SavePlan(TrainingJob job, TrainingPlan plan, int resumedSteps = 0)
{
    private const string Extension = ".safetensors";

    /// <summary>The finished LoRA.</summary>
    public string FinalFile => Path.Combine(job.OutputFolder, $"{job.OutputName}{Extension}");

    /// <summary>The LoRA files to write after a step that is not the last.</summary>
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

    /// <summary>The LoRA file that holds what was learnt in so many steps; null where none is written then.</summary>
    /// <param name="steps">Steps done.</param>
    public string? FileOf(int steps) => steps == plan.TotalSteps ? FinalFile : After(steps).FirstOrDefault();

    /// <summary>The states to write after a step, as <c>save_state</c> and <c>save_state_on_train_end</c> say.</summary>
    /// <param name="steps">Steps done.</param>
    public IEnumerable<string> StatesAfter(int steps)
    {
        if (steps >= plan.TotalSteps)
            return job.Settings.SaveState || job.Settings.SaveStateOnTrainEnd ? [StateBeside(FinalFile)] : [];
        return job.Settings.SaveState ? After(steps).Select(StateBeside) : [];
    }

    /// <summary>All files besides the finished one and its state that are there after so many steps.</summary>
    public IReadOnlyList<string> Kept(int steps)
    {
        var epochs = SavedSteps(steps, EndsSavedEpoch);
        var between = SavedSteps(steps, step => step % job.Settings.SaveEveryNSteps == 0);
        var oldest = between.LastOrDefault() - (job.Settings.SaveLastNSteps ?? int.MaxValue);
        return
        [
            .. between.Where(step => step >= oldest).Select(StepFile).SelectMany(WithState),
            .. epochs.TakeLast(job.Settings.SaveLastNEpochs ?? int.MaxValue).Select(EpochFile).SelectMany(WithState),
        ];
    }

    /// <summary>All files besides the finished one that are there after so many steps, those of the end included.</summary>
    public IEnumerable<string> AllAfter(int steps) => Kept(steps).Concat(steps >= plan.TotalSteps ? StatesAfter(steps) : []);

    /// <summary>Removes what <c>save_last_n_epochs</c> and <c>save_last_n_steps</c> no longer keep.</summary>
    /// <param name="steps">Steps done.</param>
    public void RemoveOld(int steps)
    {
        var kept = Kept(steps);
        var written = SavedSteps(steps, EndsSavedEpoch).Select(EpochFile).Concat(SavedSteps(steps, step => step % job.Settings.SaveEveryNSteps == 0).Select(StepFile));
        foreach (var old in written.SelectMany(WithState).Except(kept))
            File.Delete(old);
    }

    private List<int> SavedSteps(int steps, Func<int, bool> isSaved) =>
        [.. Enumerable.Range(1, Math.Min(steps, plan.TotalSteps - 1)).Where(step => step > resumedSteps && isSaved(step))];

    private bool EndsSavedEpoch(int steps) =>
        job.Settings.SaveEveryNEpochs > 0 && steps % plan.StepsPerEpoch == 0 && steps / plan.StepsPerEpoch % job.Settings.SaveEveryNEpochs == 0;

    private string EpochFile(int steps) => Path.Combine(job.OutputFolder, $"{job.OutputName}-{steps / plan.StepsPerEpoch:000000}{Extension}");

    private string StepFile(int steps) => Path.Combine(job.OutputFolder, $"{job.OutputName}-step{steps:00000000}{Extension}");

    private IEnumerable<string> WithState(string file) => job.Settings.SaveState ? [file, StateBeside(file)] : [file];

    private static string StateBeside(string file) => file[..^Extension.Length] + "-state" + Extension;
}
