using System.Globalization;

namespace LoraBuild.Core.Settings;

/// <summary>sd-scripts' <c>optimizer_args</c>: <c>weight_decay=0.1 betas=0.9,0.99</c>, in any order. What is not named has its default.</summary>
public sealed record OptimizerArguments
{
    /// <summary>Decoupled weight decay: each step first scales the weights by 1 - learning rate x weight decay. At least 0.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>The decay rates of the running averages, each in [0, 1); null for the optimizer's own: 0.9, 0.99 (Lion) or 0.9, 0.999 (AdamW).</summary>
    public (double First, double Second)? Betas { get; init; }

    /// <summary>Reads the text form. Arguments are separated by spaces, semicolons or both.</summary>
    public static bool TryParse(string text, out OptimizerArguments arguments)
    {
        arguments = new();
        foreach (var argument in text.Split([' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = argument.Split('=', 2);
            switch (parts)
            {
                case ["weight_decay", var value] when TryNumber(value, out var decay) && decay is >= 0 and < 1e3:
                    arguments = arguments with { WeightDecay = decay };
                    break;
                case ["betas", var value] when value.Split(',') is [var first, var second]
                    && TryNumber(first, out var beta1) && TryNumber(second, out var beta2)
                    && beta1 is >= 0 and < 1 && beta2 is >= 0 and < 1:
                    arguments = arguments with { Betas = (beta1, beta2) };
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public override string ToString()
    {
        var decay = string.Create(CultureInfo.InvariantCulture, $"weight_decay={WeightDecay}");
        return Betas is var (first, second) ? string.Create(CultureInfo.InvariantCulture, $"{decay} betas={first},{second}") : decay;
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
