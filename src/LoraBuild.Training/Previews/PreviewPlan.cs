using LoraBuild.Protocol.Previews;
using LoraBuild.Settings;
using LoraBuild.Settings.Sampling;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Previews;

/// <summary>When a training draws previews, and their names: sd-scripts' without the time.</summary>
/// <param name="settings">The settings, which say how often.</param>
/// <param name="plan">The plan, which says how long the training is.</param>
/// <param name="prompts">The prompts to draw; at least one.</param>
/// <param name="outputName">The LoRA's file name without extension.</param>
/// <param name="resumedSteps">The steps before the state that the training resumed from: their previews are another training's.</param>
public sealed class PreviewPlan(
    TrainingSettings settings, TrainingPlan plan, IReadOnlyList<PictureRequest> prompts, string outputName, int resumedSteps = 0)
{
    /// <summary>The pictures that are drawn each time.</summary>
    public IReadOnlyList<PictureRequest> Prompts => prompts;

    /// <summary>Every moment, in order.</summary>
    public IEnumerable<PreviewMoment> Moments =>
        Enumerable.Range(resumedSteps, plan.TotalSteps + 1 - resumedSteps).Select(At).OfType<PreviewMoment>();

    /// <summary>The moment after so many steps; null where nothing is drawn.</summary>
    /// <param name="steps">Steps done.</param>
    public PreviewMoment? At(int steps)
    {
        if (steps == 0)
            return settings.SampleAtFirst && resumedSteps == 0 ? new(0, 0) : null;
        if (steps <= resumedSteps)
            return null;
        if (settings is { SampleEveryNEpochs: null, SampleEveryNSteps: { } every })
            return steps % every == 0 ? new(steps, null) : null;
        // The last epoch may be cut short.
        var epoch = ((steps - 1) / plan.StepsPerEpoch) + 1;
        return (steps % plan.StepsPerEpoch == 0 || steps == plan.TotalSteps) && epoch % (settings.SampleEveryNEpochs ?? 1) == 0
            ? new(steps, epoch)
            : null;
    }

    /// <summary>A preview's file name.</summary>
    /// <param name="moment">When it is drawn.</param>
    /// <param name="prompt">The prompt's place in <see cref="Prompts"/>.</param>
    public string FileOf(PreviewMoment moment, int prompt) => $"{Prefix(moment)}_{prompt:00}_{prompts[prompt].Seed}.png";

    /// <summary>The file name of a moment's grid.</summary>
    public string GridOf(PreviewMoment moment) => $"{Prefix(moment)}_grid.png";

    private string Prefix(PreviewMoment moment) =>
        moment.Epoch is { } epoch ? $"{outputName}_e{epoch:000000}" : $"{outputName}_{moment.Steps:000000}";
}
