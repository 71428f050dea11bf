using System.Globalization;

namespace LoraBuild.Pages.Evaluation;

/// <summary>A figure with its 95 % bootstrap interval.</summary>
/// <param name="Value">The figure over all pictures.</param>
/// <param name="Low">The 2.5 % quantile of the figure over resampled pictures.</param>
/// <param name="High">The 97.5 % quantile.</param>
/// <param name="Count">The number of pictures, or pairs of pictures, that it is of.</param>
public sealed record Interval(double Value, double Low, double High, int Count)
{
    /// <summary>The figure with its interval: <c>0.774 (0.726 to 0.821)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:0.000} ({Low:0.000} to {High:0.000})");
}
