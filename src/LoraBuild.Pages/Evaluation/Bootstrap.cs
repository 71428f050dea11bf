using LoraBuild.Base.Randomness;

namespace LoraBuild.Pages.Evaluation;

/// <summary>
/// Percentile bootstrap intervals (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13): pictures are drawn from the
/// pictures with replacement, and the figure's quantiles over the draws are the interval. A picture is drawn as a whole, since its tags
/// depend on each other, and a pair of pictures of one seed likewise. Figures are rounded to 4 decimals; the same values and seed give the
/// same ones.
/// </summary>
public static class Bootstrap
{
    /// <summary>The number of draws.</summary>
    public const int Draws = 2000;

    private const double Tail = 0.025;
    private const int Decimals = 4;

    /// <summary>The mean of values; null where there are none.</summary>
    /// <param name="values">One a picture.</param>
    /// <param name="seed">Of the draws.</param>
    public static Interval? Mean(IReadOnlyList<double> values, long seed) =>
        Of(values.Count, seed, picked => picked.Average(index => values[index]));

    /// <summary>The mean of <c>First - Second</c>; null where there are no pairs.</summary>
    /// <param name="pairs">One a pair of pictures.</param>
    /// <param name="seed">Of the draws.</param>
    public static Interval? Difference(IReadOnlyList<(double First, double Second)> pairs, long seed) =>
        Of(pairs.Count, seed, picked => picked.Average(index => pairs[index].First - pairs[index].Second));

    /// <summary>
    /// The mean of <c>First</c> over the mean of <c>Second</c>; null where there are no pairs or <c>Second</c> is 0 in all. Draws in which
    /// it is 0 in all do not count.
    /// </summary>
    /// <param name="pairs">One a pair of pictures.</param>
    /// <param name="seed">Of the draws.</param>
    public static Interval? Ratio(IReadOnlyList<(double First, double Second)> pairs, long seed) =>
        Of(pairs.Count, seed, picked => picked.Sum(index => pairs[index].First) / picked.Sum(index => pairs[index].Second));

    private static Interval? Of(int count, long seed, Func<int[], double> figure)
    {
        var all = Enumerable.Range(0, count).ToArray();
        if (count == 0 || figure(all) is var value && !double.IsFinite(value))
            return null;
        var random = new CounterRandom(seed, count);
        var picked = new int[count];
        var figures = new List<double>(Draws);
        for (var draw = 0; draw < Draws; draw++)
        {
            for (var i = 0; i < count; i++)
                picked[i] = (int)random.NextInt(count);
            if (figure(picked) is var drawn && double.IsFinite(drawn))
                figures.Add(drawn);
        }

        figures.Sort();
        return new Interval(Rounded(value), Rounded(Quantile(figures, Tail)), Rounded(Quantile(figures, 1 - Tail)), count);
    }

    // Between the two nearest of the sorted figures, as R's default (type 7).
    private static double Quantile(List<double> sorted, double share)
    {
        var place = share * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (place - below));
    }

    private static double Rounded(double value) => Math.Round(value, Decimals);
}
