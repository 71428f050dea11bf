using LoraBuild.Core.Settings;

namespace LoraBuild.Training.Schedules;

/// <summary>
/// How a learning rate changes over the training, as a factor of its highest value. The formulas are those that sd-scripts takes from the
/// transformers library: the first step runs at 0 where there is a warm-up.
/// </summary>
/// <param name="Schedule">The shape after the warm-up.</param>
/// <param name="WarmupSteps">Steps over which the factor rises from 0 to 1.</param>
/// <param name="TotalSteps">Steps of the whole training.</param>
/// <param name="Cycles">How often <see cref="LearningRateSchedule.CosineWithRestarts"/> falls to 0.</param>
public sealed record LearningRateCurve(LearningRateSchedule Schedule, int WarmupSteps, int TotalSteps, int Cycles)
{
    /// <summary>The factor, from 0 to 1, that a step uses.</summary>
    /// <param name="step">The step, counted from 0.</param>
    public double FactorAt(int step)
    {
        if (Schedule == LearningRateSchedule.Constant)
            return 1;
        if (step < WarmupSteps)
            return (double)step / WarmupSteps;

        var progress = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        return Schedule switch
        {
            LearningRateSchedule.ConstantWithWarmup => 1,
            LearningRateSchedule.Linear => Math.Max(0, 1 - progress),
            LearningRateSchedule.Cosine => HalfCosine(Math.Min(1, progress)),
            _ => progress >= 1 ? 0 : HalfCosine(Cycles * progress % 1),
        };
    }

    private static double HalfCosine(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));
}
