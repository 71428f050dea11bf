using LoraBuild.Base.Randomness;

namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// What weights are before any training: evenly distributed by the number of inputs, as torch's layers start; the last layer of a branch
/// zero, so that the branch begins by doing nothing (as in CompVis' model and Goyal et al., arXiv:1706.02677); norms of one.
/// </summary>
internal static class FirstWeights
{
    private static readonly string[] Silent = [".out_layers.3.weight", ".proj_out.weight", $"{WorldSizes.UNetPrefix}out.2.weight"];

    /// <summary>The values of a tensor: a function of its name, shape and the seed.</summary>
    public static Tensor Of(string name, IReadOnlyList<long> shape, long seed)
    {
        var count = shape.Aggregate(1L, (product, side) => product * side);
        var isVaeProjection = name.StartsWith(WorldSizes.VaePrefix, StringComparison.Ordinal);
        if (name.EndsWith(".bias", StringComparison.Ordinal)
            || (!isVaeProjection && Silent.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))))
            return zeros([.. shape]);
        if (shape.Count == 1)
            return ones([.. shape]);
        var values = new float[count];
        var random = new CounterRandom(seed, [Purpose.FirstWeights, .. name.Select(letter => (long)letter)]);
        if (name.Contains("embedding.", StringComparison.Ordinal) || name.EndsWith(".conv2.weight", StringComparison.Ordinal))
        {
            var deviation = name.Contains("token_embedding", StringComparison.Ordinal)
                ? 0.05f
                : name.Contains("embedding", StringComparison.Ordinal) ? 0.02f : 0.01f;
            random.FillGaussian(values);
            for (var i = 0; i < count; i++)
                values[i] *= deviation;
            return tensor(values, [.. shape]);
        }
        var bound = 1 / Math.Sqrt(shape.Skip(1).Aggregate(1L, (product, side) => product * side));
        for (var i = 0; i < count; i++)
            values[i] = (float)(((2 * random.NextDouble()) - 1) * bound);
        return tensor(values, [.. shape]);
    }
}
