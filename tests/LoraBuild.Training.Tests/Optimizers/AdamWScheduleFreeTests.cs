using LoraBuild.Training.Optimizers;

namespace LoraBuild.Training.Tests.Optimizers;

public class AdamWScheduleFreeTests
{
    [Theory]
    [InlineData(0, 0, 2, 0)]
    [InlineData(10, 0.5, 1, 0.9)]
    public void Fifty_steps_are_those_of_the_paper(double warmup, double r, double power, double momentum)
    {
        using var weights = new SmallWeights();
        using var optimizer = new AdamWScheduleFree(weights.Buffer, new(0.9, 0.99, 1e-8, 0.1), new(warmup, r, power, momentum));
        // The paper's form: z steps, x averages, and gradients are taken in between.
        var z = weights.Values.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());
        var x = weights.Values.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());
        var square = SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Count]);
        var mean = SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Count]);
        var (sums, highest) = (new Dictionary<string, double>(), new Dictionary<string, double>());

        weights.Follow(optimizer, steps: 50, rate: 1e-2, tolerance: 1e-5, (step, gradients) =>
        {
            foreach (var shape in SmallWeights.Shapes)
            {
                var (y, g, v) = (weights.Values[shape.Name], gradients[shape.Name], square[shape.Name]);
                var rate = SmallWeights.Rate(shape.Group, step, 1e-2) * Math.Min(1, step / Math.Max(1, warmup));
                highest[shape.Name] = Math.Max(rate, highest.GetValueOrDefault(shape.Name));
                var weight = Math.Pow(step, r) * Math.Pow(highest[shape.Name], power);
                sums[shape.Name] = sums.GetValueOrDefault(shape.Name) + weight;
                var share = sums[shape.Name] > 0 ? weight / sums[shape.Name] : 0;
                for (var i = 0; i < y.Length; i++)
                {
                    v[i] = (0.99 * v[i]) + (0.01 * g[i] * g[i]);
                    mean[shape.Name][i] = (momentum * mean[shape.Name][i]) + ((1 - momentum) * g[i]);
                    var direction = mean[shape.Name][i] / (momentum > 0 ? 1 - Math.Pow(momentum, step) : 1);
                    direction = (direction / (Math.Sqrt(v[i] / (1 - Math.Pow(0.99, step))) + 1e-8)) + (0.1 * y[i]);
                    z[shape.Name][i] -= rate * direction;
                    x[shape.Name][i] = ((1 - share) * x[shape.Name][i]) + (share * z[shape.Name][i]);
                    y[i] = (0.1 * z[shape.Name][i]) + (0.9 * x[shape.Name][i]);
                }
            }
        });

        var training = weights.Read("large");
        using (optimizer.ShowResult())
        {
            for (var i = 0; i < training.Length; i++)
                Assert.Equal(x["large"][i], weights.Read("large")[i], 1e-4);
        }

        Assert.Equal(training, weights.Read("large"));
    }
}
