using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Tests.Optimizers;

public class AdamW8bitTests
{
    [Fact]
    public void The_unsigned_map_has_256_rising_steps_and_twice_the_signed_ones_precision()
    {
        var steps = DynamicMap.Unsigned();

        Assert.Equal(256, steps.Distinct().Count());
        Assert.Equal((0f, 1f), (steps[0], steps[^1]));
        // The middles of 128 even stretches from 0.1 to 1, of 64 from 0.01 to 0.1, and so on.
        Assert.Equal(1 - (0.9f / 256), steps[254], 1e-6);
        Assert.Equal(0.1f - (0.09f / 128), steps[126], 1e-7);
    }

    [Fact]
    public void Thirty_steps_are_those_of_bitsandbytes_kernel()
    {
        using var weights = new SmallWeights();
        using var optimizer = new AdamW8bit(weights.Buffer, new(0.9, 0.999, 1e-8, 0.1));
        var mean = SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Count]);
        var square = SmallWeights.Shapes.ToDictionary(shape => shape.Name, shape => new double[shape.Count]);

        // A value half-way between two steps of a map may fall to either in 32 bits.
        weights.Follow(optimizer, steps: 30, rate: 1e-3, tolerance: 3e-5, (step, gradients) =>
        {
            var (correction1, correction2) = (1 - Math.Pow(0.9, step), Math.Sqrt(1 - Math.Pow(0.999, step)));
            foreach (var shape in SmallWeights.Shapes)
            {
                var (p, g, m, v, rate) =
                    (weights.Values[shape.Name], gradients[shape.Name], mean[shape.Name], square[shape.Name], SmallWeights.Rate(
                        shape.Group, step, 1e-3));
                for (var i = 0; i < p.Length; i++)
                {
                    m[i] = (0.9 * m[i]) + (0.1 * g[i]);
                    v[i] = (0.999 * v[i]) + (0.001 * g[i] * g[i]);
                    p[i] -= rate * correction2 / correction1 * m[i] / (Math.Sqrt(v[i]) + (correction2 * 1e-8));
                    p[i] *= 1 - (rate * 0.1);
                }

                if (shape.Count < ParameterBuffer.MinBlockedCount)
                    continue;
                CompareCodes(Quantize(m, DynamicMap.Signed()), optimizer.State["mean_codes"]);
                CompareCodes(Quantize(v, DynamicMap.Unsigned()), optimizer.State["square_codes"]);
            }
        });
    }

    private static void CompareCodes(int[] expected, Tensor codes)
    {
        var distances = codes.data<byte>().ToArray().Zip(expected, (actual, code) => Math.Abs(actual - code)).ToList();
        Assert.True(distances.Max() <= 1);
        Assert.True(distances.Sum() <= expected.Length / 500, $"{distances.Sum()} of {expected.Length} codes differ");
    }

    private static int[] Quantize(double[] values, float[] steps)
    {
        var codes = new int[values.Length];
        for (var start = 0; start < values.Length; start += 256)
        {
            var block = values.AsSpan(start, Math.Min(256, values.Length - start));
            var scale = 0.0;
            foreach (var value in block)
                scale = Math.Max(scale, Math.Abs(value));
            for (var i = 0; scale > 0 && i < block.Length; i++)
            {
                var share = block[i] / scale;
                var code = Enumerable.Range(0, 256).MinBy(code => Math.Abs(steps[code] - share));
                (codes[start + i], block[i]) = (code, scale * steps[code]);
            }
        }

        return codes;
    }
}
