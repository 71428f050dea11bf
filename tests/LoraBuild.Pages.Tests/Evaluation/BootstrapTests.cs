using FsCheck.Xunit;
using LoraBuild.Pages.Evaluation;

namespace LoraBuild.Pages.Tests.Evaluation;

public class BootstrapTests
{
    [Fact]
    public void Without_values_there_is_no_figure()
    {
        Assert.Null(Bootstrap.Mean([], 1));
        Assert.Null(Bootstrap.Difference([], 1));
        Assert.Null(Bootstrap.Ratio([], 1));
        Assert.Null(Bootstrap.Ratio([(1, 0), (0, 0)], 1));
    }

    [Fact]
    public void Equal_values_leave_no_doubt() =>
        Assert.Equal(new Interval(0.25, 0.25, 0.25, 7), Bootstrap.Mean([.. Enumerable.Repeat(0.25, 7)], 1));

    // The mean of n draws out of as many ones as zeros is binomial: for n = 4 both ends have more than 2.5 %, for n = 6 they have 1/64 =
    // 1.6 % and the next 6/64 = 9.4 %, for n = 20 the 2.5 % quantile is 6 of 20.
    [Theory]
    [InlineData(4, 0, 1)]
    [InlineData(6, 1 / 6.0, 5 / 6.0)]
    [InlineData(20, 6 / 20.0, 14 / 20.0)]
    public void Of_zeros_and_ones_the_interval_is_the_binomial_distributions(int count, double low, double high)
    {
        var interval = Bootstrap.Mean([.. Enumerable.Range(0, count).Select(index => (double)(index % 2))], 3)!;

        Assert.Equal(0.5, interval.Value);
        Assert.Equal(low, interval.Low, 3);
        Assert.Equal(high, interval.High, 3);
    }

    // For many values it comes near mean +- 1.96 standard errors.
    [Fact]
    public void Of_many_values_the_interval_is_the_normal_distributions()
    {
        var values = Enumerable.Range(0, 400).Select(index => index % 10 / 9.0).ToList();
        var error = Math.Sqrt(values.Sum(value => (value - 0.5) * (value - 0.5)) / values.Count / values.Count);

        var interval = Bootstrap.Mean(values, 5)!;

        Assert.Equal(0.5 - (1.96 * error), interval.Low, 2);
        Assert.Equal(0.5 + (1.96 * error), interval.High, 2);
    }

    [Fact]
    public void Pairs_are_drawn_together()
    {
        (double, double)[] pairs = [.. Enumerable.Range(0, 30).Select(index => (index % 3 / 4.0 + 0.1, index % 3 / 4.0))];

        Assert.Equal(new Interval(0.1, 0.1, 0.1, 30), Bootstrap.Difference(pairs, 1));
        Assert.Equal(new Interval(0.5, 0.5, 0.5, 3), Bootstrap.Ratio([(0.1, 0.2), (0.5, 1), (0, 0)], 1));
    }

    [Property]
    public void The_same_values_give_the_same_interval_around_their_mean(byte[] bytes, byte seed)
    {
        double[] values = [.. bytes.Select(value => value / 255.0), 0.5];

        var interval = Bootstrap.Mean(values, seed)!;

        Assert.Equal(interval, Bootstrap.Mean(values, seed));
        Assert.Equal(values.Average(), interval.Value, 0.0001);
        Assert.InRange(interval.Value, interval.Low - 0.05, interval.High + 0.05);
        Assert.InRange(interval.Low, Math.Round(values.Min(), 4), interval.High);
        Assert.InRange(interval.High, interval.Low, Math.Round(values.Max(), 4));
    }
}
