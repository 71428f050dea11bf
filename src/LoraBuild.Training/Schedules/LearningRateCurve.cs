using LoraBuild.Settings;

namespace LoraBuild.Training.Schedules;

/// <summary>
/// The learning rate's course over the training, as a factor of its highest value. The formulas are those that sd-scripts takes from the
/// transformers library: the first step runs at 0 where there is a warm-up.
/// </summary>
/// <param name="Schedule">The shape after the warm-up.</param>
/// <param name="WarmupSteps">Steps over which the factor rises from 0 to 1.</param>
/// <param name="TotalSteps">Steps of the whole training.</param>
/// <param name="Cycles">
/// The number of times that <see cref="LearningRateSchedule.CosineWithRestarts"/> falls to 0; half cosines of the schedules with a lowest
/// rate.
/// </param>
public sealed record LearningRateCurve(LearningRateSchedule Schedule, int WarmupSteps, int TotalSteps, int Cycles = 1)
{
    private const int DefaultTimescale = 10_000;

    /// <summary>Steps over which <see cref="LearningRateSchedule.WarmupStableDecay"/> falls at the end.</summary>
    public int DecaySteps { get; init; }

    /// <summary>The power of <see cref="LearningRateSchedule.Polynomial"/>.</summary>
    public double Power { get; init; } = 1;

    /// <summary>The factor that <see cref="LearningRateSchedule.Polynomial"/> ends with.</summary>
    public double End { get; init; }

    /// <summary>Steps over which <see cref="LearningRateSchedule.InverseSqrt"/> falls; null: those of the warm-up, or 10,000.</summary>
    public int? Timescale { get; init; }

    /// <summary>
    /// The lowest factor of <see cref="LearningRateSchedule.CosineWithMinLr"/> and <see cref="LearningRateSchedule.WarmupStableDecay"/>.
    /// </summary>
    public double Lowest { get; init; }

    /// <summary>The whole waves of <see cref="LearningRateSchedule.Cosine"/>: a half falls to 0, once.</summary>
    public double Waves { get; init; } = 0.5;

    /// <summary>The shape of the rise of <see cref="LearningRateSchedule.WarmupStableDecay"/>.</summary>
    public RampShape WarmupShape { get; init; } = RampShape.Linear;

    /// <summary>The shape of its fall.</summary>
    public RampShape DecayShape { get; init; } = RampShape.Cosine;

    /// <summary>The rules of <see cref="LearningRateSchedule.PiecewiseConstant"/>; null: the factor is 1.</summary>
    public StepRules? Rules { get; init; }

    /// <summary>The factor, from 0 to 1 but for <see cref="Rules"/>, that a step uses.</summary>
    /// <param name="step">The step, counted from 0.</param>
    public double FactorAt(int step)
    {
        if (!Schedule.HasWarmup)
            return Rules?.FactorAt(step) ?? 1;
        if (step < WarmupSteps)
        {
            var risen = (double)step / WarmupSteps;
            return Schedule == LearningRateSchedule.WarmupStableDecay ? Above(WarmupShape.Rise(risen)) : risen;
        }

        var progress = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        return Schedule switch
        {
            LearningRateSchedule.ConstantWithWarmup => 1,
            LearningRateSchedule.Linear => Math.Max(0, 1 - progress),
            LearningRateSchedule.Cosine => HalfCosine(2 * Waves * Math.Min(1, progress)),
            LearningRateSchedule.CosineWithMinLr => Above(HalfCosine(Cycles * progress)),
            LearningRateSchedule.Polynomial => progress > 1 ? End : ((1 - End) * Math.Pow(1 - progress, Power)) + End,
            LearningRateSchedule.InverseSqrt => InverseSqrt(step - WarmupSteps),
            LearningRateSchedule.WarmupStableDecay => Decay(step - (TotalSteps - DecaySteps)),
            _ => progress >= 1 ? 0 : HalfCosine(Cycles * progress % 1),
        };
    }

    private double InverseSqrt(int stepsSinceWarmup)
    {
        var timescale = Timescale ?? (WarmupSteps > 0 ? WarmupSteps : DefaultTimescale);
        return 1 / Math.Sqrt(((double)stepsSinceWarmup + timescale) / timescale);
    }

    private double Decay(int stepsOfDecay)
    {
        if (stepsOfDecay < 0)
            return 1;
        return stepsOfDecay < DecaySteps ? Above(DecayShape.Fall((double)stepsOfDecay / DecaySteps, Cycles)) : Lowest;
    }

    private double Above(double factor) => (factor * (1 - Lowest)) + Lowest;

    internal static double HalfCosine(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));
}

/// <summary>The heights of <see cref="RampShape"/>.</summary>
internal static class RampHeights
{
    extension(RampShape shape)
    {
        /// <summary>The height from 0 to 1 after a share of the way up.</summary>
        public double Rise(double progress) => shape switch
        {
            RampShape.Linear => progress,
            RampShape.Cosine => 0.5 * (1 - Math.Cos(Math.PI * progress)),
            _ => 1 - Math.Sqrt(1 - progress),
        };

        /// <summary>The height from 1 to 0 after a share of the way down.</summary>
        /// <param name="progress">The share.</param>
        /// <param name="halfWaves">The half cosines on the way; other shapes fall once.</param>
        public double Fall(double progress, int halfWaves) => shape switch
        {
            RampShape.Linear => 1 - progress,
            RampShape.Cosine => LearningRateCurve.HalfCosine(halfWaves * progress),
            _ => 1 - Math.Sqrt(progress),
        };
    }
}
