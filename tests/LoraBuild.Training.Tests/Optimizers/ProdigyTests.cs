using LoraBuild.Training.Optimizers;

namespace LoraBuild.Training.Tests.Optimizers;

public class ProdigyTests
{
    [Theory]
    [InlineData(true, false, false, double.PositiveInfinity, 1)]
    [InlineData(true, true, true, 1.5, 2)]
    [InlineData(false, true, false, double.PositiveInfinity, 0.8)]
    public void Thirty_steps_are_those_of_prodigyopt(bool decouple, bool correct, bool safeguard, double growth, double coefficient)
    {
        using var weights = new SmallWeights();
        var options = new ProdigyOptions(null, decouple, correct, safeguard, 1e-4, coefficient, growth);
        using var optimizer = new Prodigy(weights.Buffer, new(0.9, 0.999, 1e-8, 0.01), options);
        var first = weights.Values.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());
        var (mean, square, sum) = (Zeros(), Zeros(), Zeros());
        var (d, highest, numerator, k, beta3) = (1e-4, 1e-4, 0.0, 0, Math.Sqrt(0.999));

        for (var step = 1; step <= 30; step++)
        {
            var gradients = weights.SetGradients(step);
            var rate = Math.Min(1, (step - 1) / 4.0);
            optimizer.Step(_ => rate);

            if (!decouple)
                ForEach((name, i) => gradients[name][i] += 0.01 * weights.Values[name][i]);
            if (rate > 0)
            {
                var move = d * rate * (correct ? Math.Sqrt(1 - Math.Pow(0.999, k + 1)) / (1 - Math.Pow(0.9, k + 1)) : 1);
                var (progress, distance) = (0.0, 0.0);
                ForEach((name, i) =>
                {
                    var g = gradients[name][i];
                    progress += d / 1e-4 * move * g * (first[name][i] - weights.Values[name][i]);
                    mean[name][i] = (0.9 * mean[name][i]) + (d * 0.1 * g);
                    square[name][i] = (0.999 * square[name][i]) + (d * d * 0.001 * g * g);
                    sum[name][i] = (beta3 * sum[name][i]) + (d / 1e-4 * (safeguard ? d : move) * g);
                    distance += Math.Abs(sum[name][i]);
                });
                numerator = (beta3 * numerator) + progress;
                var estimate = coefficient * numerator / distance;
                if (d == 1e-4)
                    d = Math.Max(d, estimate);
                highest = Math.Max(highest, estimate);
                d = Math.Min(highest, d * growth);
                ForEach((name, i) =>
                {
                    if (decouple)
                        weights.Values[name][i] -= 0.01 * move * weights.Values[name][i];
                    weights.Values[name][i] -= move * mean[name][i] / (Math.Sqrt(square[name][i]) + (d * 1e-8));
                });
                k++;
            }

            weights.Compare(1e-4);
            Assert.Equal(1, optimizer.Estimate / d, 1e-4);
        }

        Assert.True(d > 1e-4, "The estimate never rose, so that its rule was not tried.");
    }

    [Fact]
    public void A_group_without_a_rate_is_only_decayed()
    {
        using var weights = new SmallWeights();
        using var optimizer = new Prodigy(weights.Buffer, new(), new());
        for (var step = 1; step <= 3; step++)
        {
            weights.SetGradients(step);
            optimizer.Step(group => group == TestGroups.Denoiser ? 1 : 0);
        }

        Assert.Equal(weights.Values["matrix"].Select(value => (float)value), weights.Read("matrix"));
        Assert.NotEqual(weights.Values["large"].Select(value => (float)value), weights.Read("large"));
    }

    private static Dictionary<string, double[]> Zeros() =>
        SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Count]);

    private static void ForEach(Action<string, int> action)
    {
        foreach (var shape in SmallWeights.Shapes)
        {
            for (var i = 0; i < shape.Count; i++)
                action(shape.Name, i);
        }
    }
}
