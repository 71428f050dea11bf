using System.Globalization;

namespace LoraBuild.Settings;

/// <summary>sd-scripts' <c>optimizer_type</c>.</summary>
public enum OptimizerType
{
    /// <summary><c>lion8bit</c>: Lion with its momentum kept in 8 bits, as bitsandbytes does it.</summary>
    Lion8bit,

    /// <summary><c>lion</c>: Lion (arXiv:2302.06675) with its momentum in 32 bits.</summary>
    Lion,

    /// <summary><c>adamw</c>: Adam with decoupled weight decay (arXiv:1711.05101).</summary>
    AdamW,

    /// <summary><c>adamw8bit</c>: the same with both running averages kept in 8 bits, as bitsandbytes does it.</summary>
    AdamW8bit,

    /// <summary><c>prodigy</c>: Adam that finds its own learning rate (arXiv:2306.06101); rates are factors of it, usually 1.</summary>
    Prodigy,

    /// <summary>
    /// <c>adafactor</c>: Adam with the squares' averages factored into rows and columns (arXiv:1804.04235), as transformers does it.
    /// </summary>
    Adafactor,

    /// <summary>
    /// <c>adamwschedulefree</c>: AdamW that averages its weights instead of lowering the rate (arXiv:2405.15682). No schedule counts.
    /// </summary>
    AdamWScheduleFree,
}

/// <summary>One key of <c>optimizer_args</c>.</summary>
/// <param name="Name">The key, such as <c>weight_decay</c>.</param>
/// <param name="Allowed">The values that it takes, as the end of the sentence "it must be ...".</param>
/// <param name="Accepts">Tells whether it takes a value, given as text.</param>
public sealed record OptimizerArgument(string Name, string Allowed, Func<string, bool> Accepts)
{
    private static readonly OptimizerArgument Betas =
        Pair("betas", "two numbers from 0 to below 1, such as 0.9,0.99", number => number is >= 0 and < 1);

    private static readonly OptimizerArgument Eps = Number("eps", 0, 1);
    private static readonly OptimizerArgument WeightDecay = Number("weight_decay", 0, 1000);

    /// <summary>The keys of an optimizer, by the names of the library that sd-scripts takes it from.</summary>
    public static IReadOnlyList<OptimizerArgument> Of(OptimizerType optimizer) => optimizer switch
    {
        OptimizerType.Lion or OptimizerType.Lion8bit => [WeightDecay, Betas],
        OptimizerType.AdamW or OptimizerType.AdamW8bit => [WeightDecay, Betas, Eps],
        OptimizerType.Prodigy =>
        [
            WeightDecay, Betas, Eps, Decay("beta3"), Flag("decouple"), Flag("use_bias_correction"), Flag("safeguard_warmup"),
            Number("d0", 1e-30, 1), Number("d_coef", 1e-6, 1e6), Number("growth_rate", 1, double.PositiveInfinity),
        ],
        OptimizerType.Adafactor =>
        [
            WeightDecay, Pair("eps", "two numbers from 0 to 1, such as 1e-30,1e-3", number => number is >= 0 and <= 1),
            Number("clip_threshold", 1e-6, 1e6), Number("decay_rate", -1, 0), Decay("beta1"),
            Flag("scale_parameter"), Flag("relative_step"), Flag("warmup_init"),
        ],
        _ =>
        [
            WeightDecay, Betas, Eps, Number("warmup_steps", 0, int.MaxValue), Number("r", 0, 100), Number("weight_lr_power", 0, 100),
            Number("inner_momentum", 0, 0.9999),
        ],
    };

    private static OptimizerArgument Number(string name, double min, double max) => new(
        name,
        max >= int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"a number of at least {min}")
            : string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"),
        text => OptimizerArguments.TryNumber(text, out var value) && value >= min && value <= max);

    private static OptimizerArgument Decay(string name) => new(
        name,
        "None or a number from 0 to below 1",
        text => text == OptimizerArguments.None || (OptimizerArguments.TryNumber(text, out var value) && value is >= 0 and < 1));

    private static OptimizerArgument Flag(string name) => new(name, "True or False", text => bool.TryParse(text, out _));

    private static OptimizerArgument Pair(string name, string allowed, Func<double, bool> accepts) =>
        new(name, allowed, text => OptimizerArguments.TryPair(text, out var pair) && accepts(pair.First) && accepts(pair.Second));
}
