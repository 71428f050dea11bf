using System.Globalization;

namespace LoraBuild.Settings;

/// <summary>One key of <c>optimizer_args</c>.</summary>
/// <param name="Name">The key, such as <c>weight_decay</c>.</param>
/// <param name="Allowed">The values that it takes, as the end of the sentence "it must be ...".</param>
/// <param name="Accepts">Tells whether it takes a value, given as text.</param>
public sealed record OptimizerArgument(string Name, string Allowed, Func<string, bool> Accepts)
{
    // Those that several optimizers take.
    internal static readonly OptimizerArgument Betas =
        Pair("betas", "two numbers from 0 to below 1, such as 0.9,0.99", number => number is >= 0 and < 1);

    internal static readonly OptimizerArgument Eps = Number("eps", 0, 1);

    internal static readonly OptimizerArgument WeightDecay = Number("weight_decay", 0, 1000);

    internal static OptimizerArgument Number(string name, double min, double max) => new(
        name,
        max >= int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"a number of at least {min}")
            : string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"),
        text => OptimizerArguments.TryNumber(text, out var value) && value >= min && value <= max);

    internal static OptimizerArgument Decay(string name) => new(
        name,
        "None or a number from 0 to below 1",
        text => text == OptimizerArguments.None || (OptimizerArguments.TryNumber(text, out var value) && value is >= 0 and < 1));

    internal static OptimizerArgument Flag(string name) => new(name, "True or False", text => bool.TryParse(text, out _));

    internal static OptimizerArgument Pair(string name, string allowed, Func<double, bool> accepts) =>
        new(name, allowed, text => OptimizerArguments.TryPair(text, out var pair) && accepts(pair.First) && accepts(pair.Second));
}
