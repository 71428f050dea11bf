using LoraBuild.Protocol.Logging;
using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Schedules;

/// <summary>The learning rates of a training.</summary>
/// <param name="plan">How long it is.</param>
/// <param name="settings">The highest rates, and how they change.</param>
/// <param name="skipped">The steps that the schedule waits for.</param>
public sealed class LearningRates(TrainingPlan plan, TrainingSettings settings, SkippedSteps skipped)
{
    private readonly LearningRateCurve curve = plan.Curve(settings);

    /// <summary>Whether the text encoder is trained at all.</summary>
    public bool HasTextEncoder => !settings.NetworkTrainUnetOnly;

    /// <summary>The rate that a step uses.</summary>
    /// <param name="step">The step, counted from 0; steps before it that were skipped are known.</param>
    /// <param name="group">What it is of.</param>
    public double At(int step, ParameterGroup group) =>
        curve.FactorAt(step - skipped.Before(step)) * (group == ParameterGroup.TextEncoder ? settings.TextEncoderLr : settings.UnetLr ?? settings.LearningRate);

    /// <summary>The log of a training.</summary>
    /// <param name="losses">The loss of every step that is done.</param>
    public TrainingLog LogOf(IReadOnlyList<double> losses)
    {
        return new(plan.StepsPerEpoch, losses, All(ParameterGroup.UNet), HasTextEncoder ? All(ParameterGroup.TextEncoder) : null);

        double[] All(ParameterGroup group) => [.. Enumerable.Range(0, losses.Count).Select(step => At(step, group))];
    }
}
