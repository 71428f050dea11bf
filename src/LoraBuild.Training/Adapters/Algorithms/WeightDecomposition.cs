using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters.Algorithms;

/// <summary>
/// DoRA (arXiv:2402.09353) as LyCORIS has it: the changed weight is brought to a learnt length for each output or input channel,
/// <c>(W + change) x length / |W + change|</c>. Gradients pass through the norm.
/// </summary>
public static class WeightDecomposition
{
    // Of 32-bit numbers; LyCORIS adds it to the norm.
    private const double Epsilon = 1.1920928955078125e-7;

    /// <summary>The shape of the lengths: [out, 1, ...] or [1, in, 1, ...].</summary>
    public static long[] LengthsShape(AdaptableLayer layer, bool ofOutputs) =>
        [.. layer.Shape.Select((size, axis) => axis == (ofOutputs ? 0 : 1) ? size : 1)];

    /// <summary>
    /// The lengths of a weight's channels, of the shape of <paramref name="like"/>: the axis on which it has sizes is kept.
    /// </summary>
    public static Tensor Lengths(Tensor weight, Tensor like)
    {
        using var scope = NewDisposeScope();
        var axis = IsOfOutputs(weight, like) ? 0 : 1;
        return weight.transpose(0, axis).flatten(1).norm(1).view(like.shape).MoveToOuterDisposeScope();
    }

    /// <summary>The change of the layer's weight as a whole.</summary>
    /// <param name="weight">The frozen weight.</param>
    /// <param name="change">The adapter's change, of its shape.</param>
    /// <param name="lengths">The learnt lengths, [out, 1, ...] or [1, in, 1, ...].</param>
    /// <param name="strength">1 as trained; 0 for no change.</param>
    /// <returns>A tensor of the weight's shape and 32 bits.</returns>
    public static Tensor Change(Tensor weight, Tensor change, Tensor lengths, double strength)
    {
        using var scope = NewDisposeScope();
        var frozen = weight.to_type(lengths.dtype);
        var changed = frozen + change.to_type(lengths.dtype);
        var decomposed = changed * (lengths / (Lengths(changed, lengths) + Epsilon));
        return ((decomposed - frozen) * strength).MoveToOuterDisposeScope();
    }

    private static bool IsOfOutputs(Tensor weight, Tensor lengths) =>
        lengths.shape[0] == weight.shape[0] && lengths.numel() == weight.shape[0];
}
