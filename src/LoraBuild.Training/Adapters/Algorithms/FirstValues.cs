using LoraBuild.Base.Randomness;

namespace LoraBuild.Training.Adapters.Algorithms;

/// <summary>The values that a tensor of a new adapter starts with.</summary>
/// <param name="Deviation">The standard deviation of a normal distribution around 0, or 0.</param>
/// <param name="Bound">The bound on both sides of a uniform distribution around 0, or 0.</param>
public readonly record struct FirstValues(double Deviation, double Bound)
{
    /// <summary>Zeros.</summary>
    public static FirstValues Zero { get; } = new(0, 0);

    /// <summary>Draws of N(0, <paramref name="deviation"/>).</summary>
    public static FirstValues Normal(double deviation) => new(deviation, 0);

    /// <summary>
    /// torch's <c>kaiming_uniform_</c> with a slope of the square root of 5, as LoRA begins with: uniform between plus and minus the root
    /// of 1 / <paramref name="fanIn"/>.
    /// </summary>
    /// <param name="fanIn">The number of values that a row of the tensor has.</param>
    public static FirstValues KaimingUniform(long fanIn) => new(0, 1 / Math.Sqrt(fanIn));

    /// <summary>Fills a tensor.</summary>
    public void Fill(Tensor values, CounterRandom random)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        if (this == Zero)
        {
            values.zero_();
            return;
        }

        var count = (int)values.numel();
        var (draws, size) = Deviation > 0 ? (random.NextGaussians(count), Deviation) : (Uniform(random, count), Bound);
        values.copy_(tensor(draws, dtype: ScalarType.Float32).view(values.shape).mul_(size));
    }

    private static float[] Uniform(CounterRandom random, int count)
    {
        var draws = new float[count];
        foreach (ref var draw in draws.AsSpan())
            draw = (float)((2 * random.NextDouble()) - 1);
        return draws;
    }
}
