using System.Globalization;

namespace LoraBuild.Settings;

/// <summary>One key of <c>optimizer_args</c> or <c>lr_scheduler_args</c>.</summary>
/// <param name="Name">The key, such as <c>weight_decay</c>.</param>
/// <param name="Allowed">The values that it takes, as the end of the sentence "it must be ...".</param>
/// <param name="Accepts">Tells whether it takes a value, given as text.</param>
public sealed record KeywordArgument(string Name, string Allowed, Func<string, bool> Accepts)
{
    // Those that several optimizers take.
    internal static readonly KeywordArgument Betas =
        Pair("betas", "two numbers from 0 to below 1, such as 0.9,0.99", number => number is >= 0 and < 1);

    internal static readonly KeywordArgument Eps = Number("eps", 0, 1);

    internal static readonly KeywordArgument WeightDecay = Number("weight_decay", 0, 1000);

    internal static KeywordArgument Number(string name, double min, double max) => new(
        name,
        max >= int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"a number of at least {min}")
            : string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"),
        text => KeywordArguments.TryNumber(text, out var value) && value >= min && value <= max);

    internal static KeywordArgument Decay(string name) => new(
        name,
        "None or a number from 0 to below 1",
        text => text == KeywordArguments.NoValue || (KeywordArguments.TryNumber(text, out var value) && value is >= 0 and < 1));

    internal static KeywordArgument Flag(string name) => new(name, "True or False", text => bool.TryParse(text, out _));

    internal static KeywordArgument Pair(string name, string allowed, Func<double, bool> accepts) =>
        new(name, allowed, text => KeywordArguments.TryPair(text, out var pair) && accepts(pair.First) && accepts(pair.Second));

    internal static KeywordArgument Word(string name, params string[] words) => new(
        name,
        string.Join(" or ", words.Select(word => $"'{word}'")),
        text => words.Any(word => text == $"'{word}'"));
}
