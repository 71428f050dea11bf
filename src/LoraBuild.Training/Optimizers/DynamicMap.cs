namespace LoraBuild.Training.Optimizers;

/// <summary>
/// The 256 steps of bitsandbytes' dynamic 8-bit types (Dettmers et al., "8-bit Optimizers via Block-wise Quantization", arXiv:2110.02861):
/// for each power of ten from 1e-6 to 1, twice as many evenly spaced steps as for the one below; besides 0 and 1.
/// </summary>
public static class DynamicMap
{
    private const int Decades = 7;

    /// <summary>The steps from -1 to 1, from the smallest to the largest, in bitsandbytes' 32-bit rounding.</summary>
    public static float[] Signed() => [.. Magnitudes(1).SelectMany(step => new[] { step, -step }).Concat([0, 1]).Order()];

    /// <summary>The steps from 0 to 1, for values that are never negative: twice as many of each power of ten.</summary>
    public static float[] Unsigned() => [.. Magnitudes(2).Concat([0, 1]).Order()];

    /// <summary>The middles between neighbouring steps: a value up to the i-th middle, and above the one before, is nearest to step i.</summary>
    public static float[] Boundaries(float[] steps) => [.. steps.Zip(steps.Skip(1), (lower, upper) => (lower + upper) / 2)];

    private static IEnumerable<float> Magnitudes(int stepsOfFirstDecade)
    {
        for (var decade = 0; decade < Decades; decade++)
        {
            var magnitude = (float)Math.Pow(10, decade - Decades + 1);
            var bounds = Spaced(0.1f, 1, (stepsOfFirstDecade << decade) + 1);
            for (var i = 0; i + 1 < bounds.Length; i++)
                yield return magnitude * ((bounds[i] + bounds[i + 1]) / 2);
        }
    }

    // torch.linspace counts from both ends towards the middle, in 32 bits and rounding once.
    private static float[] Spaced(float first, float last, int count)
    {
        var distance = (last - first) / (count - 1);
        return
        [
            .. Enumerable.Range(0, count).Select(i => i < count / 2
                ? MathF.FusedMultiplyAdd(distance, i, first)
                : MathF.FusedMultiplyAdd(-distance, count - 1 - i, last)),
        ];
    }
}
