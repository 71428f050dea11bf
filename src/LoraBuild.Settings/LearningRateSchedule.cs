using System.Globalization;
using static LoraBuild.Settings.KeywordArgument;

namespace LoraBuild.Settings;

/// <summary>
/// sd-scripts' <c>lr_scheduler</c>. Every schedule but <see cref="Constant"/> and <see cref="PiecewiseConstant"/> first rises from 0 over
/// the warm-up steps.
/// </summary>
public enum LearningRateSchedule
{
    /// <summary><c>cosine_with_restarts</c>: falls to 0 along a half cosine, <c>lr_scheduler_num_cycles</c> times.</summary>
    CosineWithRestarts,

    /// <summary><c>cosine</c>: falls to 0 along a half cosine, once.</summary>
    Cosine,

    /// <summary>
    /// <c>cosine_with_min_lr</c>: goes along <c>lr_scheduler_num_cycles</c> half cosines down to <c>lr_scheduler_min_lr_ratio</c> and up
    /// from it.
    /// </summary>
    CosineWithMinLr,

    /// <summary><c>linear</c>: falls to 0 along a straight line.</summary>
    Linear,

    /// <summary><c>polynomial</c>: falls to a rate of 1e-7 along a power of the steps that are left, <c>lr_scheduler_power</c>.</summary>
    Polynomial,

    /// <summary><c>inverse_sqrt</c>: falls with the root of the steps since the warm-up, over <c>lr_scheduler_timescale</c>.</summary>
    InverseSqrt,

    /// <summary>
    /// <c>warmup_stable_decay</c>: stays at its height and falls over the last <c>lr_decay_steps</c> to
    /// <c>lr_scheduler_min_lr_ratio</c>, from which it also rises at first.
    /// </summary>
    WarmupStableDecay,

    /// <summary><c>piecewise_constant</c>: by the rules of <c>lr_scheduler_args</c>, without a warm-up.</summary>
    PiecewiseConstant,

    /// <summary><c>constant_with_warmup</c>: stays at its height after the warm-up.</summary>
    ConstantWithWarmup,

    /// <summary><c>constant</c>: the same throughout, without a warm-up.</summary>
    Constant,
}

/// <summary>The keys of <c>lr_scheduler_args</c>, by transformers' and diffusers' names.</summary>
public static class LearningRateSchedules
{
    /// <summary>The whole waves of <c>cosine</c>, of which it takes a half by itself.</summary>
    public const string Cycles = "num_cycles";

    /// <summary>The rate at which <c>polynomial</c> ends.</summary>
    public const string End = "lr_end";

    /// <summary>The lowest rate of <c>cosine_with_min_lr</c>.</summary>
    public const string Lowest = "min_lr";

    /// <summary>The shapes of the rise and fall of <c>warmup_stable_decay</c>.</summary>
    public const string WarmupShape = "warmup_type", DecayShape = "decay_type";

    /// <summary>The rules of <c>piecewise_constant</c>.</summary>
    public const string Rules = "step_rules";

    private const double MostCycles = 1000;

    extension(LearningRateSchedule schedule)
    {
        /// <summary>True if it first rises from 0 over the warm-up steps.</summary>
        public bool HasWarmup => schedule is not (LearningRateSchedule.Constant or LearningRateSchedule.PiecewiseConstant);

        /// <summary>The keys of <c>lr_scheduler_args</c> that it takes.</summary>
        public IReadOnlyList<KeywordArgument> Arguments => schedule switch
        {
            LearningRateSchedule.Cosine => [Number(Cycles, 0, MostCycles)],
            LearningRateSchedule.Polynomial => [Number(End, 0, 1)],
            LearningRateSchedule.CosineWithMinLr => [Number(Lowest, 0, 1)],
            LearningRateSchedule.WarmupStableDecay => [Word(WarmupShape, RampShapes.Names), Word(DecayShape, RampShapes.Names)],
            LearningRateSchedule.PiecewiseConstant => [StepRules.Argument(Rules)],
            _ => [],
        };
    }
}

/// <summary>
/// diffusers' <c>step_rules</c> of <c>piecewise_constant</c>, such as <c>1:100,0.1:200,0.01</c>: factors of the learning rate, each with
/// the step up to which it counts, and the factor of all steps after.
/// </summary>
/// <param name="Stretches">The step at which each stretch ends, rising, and its factor.</param>
/// <param name="Last">The factor after them.</param>
public sealed record StepRules(IReadOnlyList<(int End, double Factor)> Stretches, double Last)
{
    private const double MostFactor = 1000;

    /// <summary>The factor of a step.</summary>
    /// <param name="step">The step, counted from 0.</param>
    public double FactorAt(int step) =>
        Stretches.Where(stretch => step < stretch.End).Select(stretch => stretch.Factor).FirstOrDefault(Last);

    /// <summary>Reads the text form; null where it is of another.</summary>
    public static StepRules? TryParse(string? text)
    {
        var rules = (text ?? "").Split(',');
        if (!TryFactor(rules[^1], out var last))
            return null;
        var stretches = new List<(int End, double Factor)>();
        foreach (var rule in rules.SkipLast(1))
        {
            if (rule.Split(':') is not [var factorText, var endText] || !TryFactor(factorText, out var factor)
                || !int.TryParse(endText, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                || (stretches.Count > 0 && end <= stretches[^1].End))
                return null;
            stretches.Add((end, factor));
        }

        return new(stretches, last);

        static bool TryFactor(string text, out double factor) =>
            KeywordArguments.TryNumber(text, out factor) && factor is >= 0 and <= MostFactor;
    }

    /// <summary>Compares what they say.</summary>
    public bool Equals(StepRules? other) => other is not null && Last == other.Last && Stretches.SequenceEqual(other.Stretches);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Stretches.Count, Last);

    internal static KeywordArgument Argument(string name) => new(
        name,
        "factors of the learning rate with the steps up to which they count, and the last one alone, such as '1:100,0.1:200,0.01'",
        text => text.Length > 1 && TryParse(text[1..^1]) is not null);
}
