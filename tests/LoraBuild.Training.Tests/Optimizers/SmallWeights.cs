using LoraBuild.Base.Randomness;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Tests.Optimizers;

/// <summary>
/// Four weights of both groups with gradients from a seed, once in the flat buffers and once as plain arrays, on which a test writes the
/// optimizer's update out.
/// </summary>
internal sealed class SmallWeights : IDisposable
{
    private const int Seed = 5;

    public static readonly ParameterShape[] Shapes =
    [
        new("matrix", TestGroups.TextEncoder, [5, 7]), new("large", TestGroups.Denoiser, [66, 64]),
        new("wide", TestGroups.Denoiser, [2, 30]),
        new("vector", TestGroups.Denoiser, [11]),
    ];

    public SmallWeights(ScalarType type = ScalarType.Float32)
    {
        Buffer = new(Shapes, CPU, type);
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        foreach (var shape in Shapes)
        {
            var values = new CounterRandom(Seed, shape.Name.Length).NextGaussians((int)shape.Count);
            Buffer[shape.Name].copy_(tensor(values, dtype: ScalarType.Float32).view([.. shape.Shape]));
            Values[shape.Name] = [.. values.Select(value => (double)value)];
        }
    }

    public ParameterBuffer Buffer { get; }

    public Dictionary<string, double[]> Values { get; } = [];

    /// <summary>The first step has no learning rate, as under a warm-up; the text encoder's is half the UNet's.</summary>
    public static double Rate(ParameterGroup group, int step, double highest) =>
        highest * Math.Min(1, (step - 1) / 4.0) * (group == TestGroups.TextEncoder ? 0.5 : 1);

    /// <summary>Puts the gradients of a step into the buffer. One weight has none at first.</summary>
    public Dictionary<string, double[]> SetGradients(int step)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var gradients = new Dictionary<string, double[]>();
        foreach (var shape in Shapes)
        {
            // A direction that stays, and noise.
            var direction = new CounterRandom(Seed, shape.Name.Length, 0).NextGaussians((int)shape.Count);
            var values = new CounterRandom(Seed, shape.Name.Length, step).NextGaussians((int)shape.Count)
                .Zip(direction, (noise, drift) => 0.1f * (noise + drift)).ToArray();
            if (step == 1 && shape.Name == "wide")
                Array.Clear(values);
            Buffer[shape.Name].grad!.copy_(tensor(values, dtype: ScalarType.Float32).view([.. shape.Shape]));
            gradients[shape.Name] = [.. values.Select(value => (double)value)];
        }

        return gradients;
    }

    /// <summary>Takes steps with an optimizer and with the update that a test writes out, and compares the weights after each.</summary>
    public void Follow(IOptimizer optimizer, int steps, double rate, double tolerance, Action<int, Dictionary<string, double[]>> update)
    {
        for (var step = 1; step <= steps; step++)
        {
            var gradients = SetGradients(step);
            optimizer.Step(group => Rate(group, step, rate));
            update(step, gradients);
            Compare(tolerance);
        }
    }

    public void Compare(double tolerance)
    {
        foreach (var (name, expected) in Values)
        {
            var actual = Read(name);
            var scale = expected.Max(Math.Abs);
            for (var i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i], scale * tolerance);
        }
    }

    public float[] Read(string name) => Buffer[name].detach().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();

    public void Dispose() => Buffer.Dispose();
}
