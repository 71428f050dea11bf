using LoraBuild.Training.Optimizers;

namespace LoraBuild.Training.Tests.Optimizers;

public class LionTests
{
    [Fact]
    public void Fifty_steps_are_those_of_the_paper()
    {
        using var weights = new SmallWeights();
        using var optimizer = new Lion(weights.Buffer, new(0.9, 0.99, 0.1));
        var momentum = SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Count]);

        weights.Follow(optimizer, steps: 50, rate: 1e-3, tolerance: 3e-6, (step, gradients) =>
        {
            foreach (var shape in SmallWeights.Shapes)
            {
                var (p, g, m, rate) =
                    (weights.Values[shape.Name], gradients[shape.Name], momentum[shape.Name], SmallWeights.Rate(shape.Group, step, 1e-3));
                for (var i = 0; i < p.Length; i++)
                {
                    p[i] -= rate * (Math.Sign((0.9 * m[i]) + (0.1 * g[i])) + (0.1 * p[i]));
                    m[i] = (0.99 * m[i]) + (0.01 * g[i]);
                }
            }
        });
    }
}
