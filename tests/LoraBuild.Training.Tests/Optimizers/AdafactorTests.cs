using LoraBuild.Settings;
using LoraBuild.Training.Optimizers;

namespace LoraBuild.Training.Tests.Optimizers;

public class AdafactorTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("scale_parameter=False relative_step=False warmup_init=False weight_decay=0.1", 1e-2)]
    [InlineData("warmup_init=True relative_step=False weight_decay=0.01 beta1=0.9 clip_threshold=0.5", 0)]
    [InlineData("eps=1e-12,0.5 decay_rate=-0.5", 0)]
    public void Forty_steps_are_those_of_transformers(string arguments, double rate)
    {
        using var weights = new SmallWeights();
        var options = AdafactorOptions.Of(KeywordArguments.Parse(arguments));
        using var optimizer = new Adafactor(weights.Buffer, options);
        var rows = SmallWeights.Shapes.ToDictionary(
            shape => shape.Name, shape => new double[shape.Shape.Count == 2 ? shape.Shape[0] : shape.Count]);
        var columns = SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Shape[^1]]);
        var mean = SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Count]);

        weights.Follow(optimizer, steps: 40, rate, tolerance: 1e-5, (step, gradients) =>
        {
            var decay = 1 - Math.Pow(step, options.DecayRate);
            foreach (var shape in SmallWeights.Shapes)
            {
                var (p, g, r, c) = (weights.Values[shape.Name], gradients[shape.Name], rows[shape.Name], columns[shape.Name]);
                var width = (int)shape.Shape[^1];
                var isMatrix = shape.Shape.Count == 2;
                var squares = g.Select(value => (value * value) + options.SquareEpsilon).ToArray();
                for (var i = 0; i < r.Length; i++)
                    r[i] = (decay * r[i]) + ((1 - decay) * (isMatrix ? squares.Skip(i * width).Take(width).Average() : squares[i]));
                for (var j = 0; isMatrix && j < width; j++)
                    c[j] = (decay * c[j]) + ((1 - decay) * squares.Where((_, i) => i % width == j).Average());

                var update = g.Select((value, i) => isMatrix
                    ? value / Math.Sqrt(r[i / width] / r.Average()) / Math.Sqrt(c[i % width])
                    : value / Math.Sqrt(r[i])).ToArray();
                var clip = Math.Max(1, RootMeanSquare(update) / options.ClipThreshold);
                var size = options.RelativeStep
                    ? Math.Min(options.WarmupInit ? 1e-6 * step : 1e-2, 1 / Math.Sqrt(step))
                    : SmallWeights.Rate(shape.Group, step, rate);
                size *= options.ScaleParameter ? Math.Max(options.ScaleEpsilon, RootMeanSquare(p)) : 1;
                for (var i = 0; i < p.Length; i++)
                {
                    var move = update[i] / clip * size;
                    if (options.Beta1 is { } beta1)
                        move = mean[shape.Name][i] = (beta1 * mean[shape.Name][i]) + ((1 - beta1) * move);
                    p[i] -= (options.WeightDecay * size * p[i]) + move;
                }
            }
        });
    }

    [Fact]
    public void A_warm_up_of_its_own_implies_steps_of_its_own() =>
        Assert.True(AdafactorOptions.Of(KeywordArguments.Parse("relative_step=False warmup_init=True")).RelativeStep);

    private static double RootMeanSquare(double[] values) => Math.Sqrt(values.Average(value => value * value));
}
