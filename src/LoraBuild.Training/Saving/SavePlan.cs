using LoraBuild.Protocol.Models;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Saving;

/// <summary>
/// Lists the files that a training writes and those that it removes again, under sd-scripts' names. A state is one file here, under the
/// name of sd-scripts' folder.
/// </summary>
/// <param name="job">The training, and its folder.</param>
/// <param name="plan">The plan, which says how long the training is.</param>
/// <param name="resumedSteps">The steps before the state that the training resumed from: their files are another training's.</param>
public sealed class SavePlan(TrainingJob job, TrainingPlan plan, int resumedSteps = 0)
{
    private readonly LoraFileNames names = new(job.OutputName);

    /// <summary>The finished LoRA.</summary>
    public string FinalFile => Path.Combine(job.OutputFolder, names.Finished);

    /// <summary>The average of the weights beside it.</summary>
    public string AverageFile => Path.Combine(job.OutputFolder, names.Average);

    /// <summary>The LoRA files to write after a step that is not the last.</summary>
    /// <param name="steps">Steps done.</param>
    public IEnumerable<string> After(int steps)
    {
        if (steps >= plan.TotalSteps)
            yield break;
        if (EndsSavedSteps(steps))
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
            return job.Settings.SaveState || job.Settings.SaveStateOnTrainEnd ? [LoraFileNames.StateOf(FinalFile)] : [];
        return job.Settings.SaveState ? After(steps).Select(LoraFileNames.StateOf) : [];
    }

    /// <summary>All files besides the finished one and its state that are there after so many steps.</summary>
    public IReadOnlyList<string> Kept(int steps)
    {
        var settings = job.Settings;
        var epochs = SavedSteps(steps, EndsSavedEpoch);
        var between = SavedSteps(steps, EndsSavedSteps);
        List<string> kept =
            [.. Latest(between, settings.SaveLastNSteps).Select(StepFile), .. Last(epochs, settings.SaveLastNEpochs).Select(EpochFile)];
        if (settings.SaveState)
        {
            kept.AddRange(
                Latest(between, settings.SaveLastNStepsState ?? settings.SaveLastNSteps).Select(StepFile).Select(LoraFileNames.StateOf));
            kept.AddRange(
                Last(epochs, settings.SaveLastNEpochsState ?? settings.SaveLastNEpochs).Select(EpochFile).Select(LoraFileNames.StateOf));
        }

        return kept;

        static IEnumerable<int> Last(List<int> saved, int? count) => saved.TakeLast(count ?? int.MaxValue);

        static IEnumerable<int> Latest(List<int> saved, int? steps) => saved.Where(step => step >= saved[^1] - (steps ?? int.MaxValue));
    }

    /// <summary>All files besides the finished one that are there after so many steps, those of the end included.</summary>
    public IEnumerable<string> AllAfter(int steps) => Kept(steps).Concat(steps >= plan.TotalSteps ? StatesAfter(steps) : []);

    /// <summary>Removes what <c>save_last_n_epochs</c>, <c>save_last_n_steps</c> and both for states no longer keep.</summary>
    /// <param name="steps">Steps done.</param>
    public void RemoveOld(int steps)
    {
        var kept = Kept(steps);
        var written = SavedSteps(steps, EndsSavedEpoch).Select(EpochFile).Concat(SavedSteps(steps, EndsSavedSteps).Select(StepFile));
        foreach (var old in written.SelectMany(WithState).Except(kept))
            File.Delete(old);
    }

    private List<int> SavedSteps(int steps, Func<int, bool> isSaved) =>
        [.. Enumerable.Range(1, Math.Min(steps, plan.TotalSteps - 1)).Where(step => step > resumedSteps && isSaved(step))];

    private bool EndsSavedEpoch(int steps) =>
        job.Settings.SaveEveryNEpochs > 0 && steps % plan.StepsPerEpoch == 0
            && steps / plan.StepsPerEpoch % job.Settings.SaveEveryNEpochs == 0;

    private bool EndsSavedSteps(int steps) => steps % job.Settings.SaveEveryNSteps == 0;

    private string EpochFile(int steps) => Path.Combine(job.OutputFolder, names.Epoch(steps / plan.StepsPerEpoch));

    private string StepFile(int steps) => Path.Combine(job.OutputFolder, names.Step(steps));

    private IEnumerable<string> WithState(string file) => job.Settings.SaveState ? [file, LoraFileNames.StateOf(file)] : [file];
}
