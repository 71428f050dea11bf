using LoraBuild.Training.Optimizers;

namespace LoraBuild.Training.Tests.Optimizers;

public class AdamWTests
{
    [Fact]
    public void Fifty_steps_are_those_of_the_paper()
    {
        using var weights = new SmallWeights();
        using var optimizer = new AdamW(weights.Buffer, new(0.9, 0.99, 1e-8, 0.1));
        var mean = SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Count]);
        var square = SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Count]);

        weights.Follow(optimizer, steps: 50, rate: 1e-2, tolerance: 3e-6, (step, gradients) =>
        {
            foreach (var shape in SmallWeights.Shapes)
            {
                var (p, g, m, v, rate) =
                    (weights.Values[shape.Name], gradients[shape.Name], mean[shape.Name], square[shape.Name], SmallWeights.Rate(
                        shape.Group, step, 1e-2));
                for (var i = 0; i < p.Length; i++)
                {
                    m[i] = (0.9 * m[i]) + (0.1 * g[i]);
                    v[i] = (0.99 * v[i]) + (0.01 * g[i] * g[i]);
                    p[i] -= rate * 0.1 * p[i];
                    p[i] -= rate * (m[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.99, step))) + 1e-8);
                }
            }
        });
    }
}
