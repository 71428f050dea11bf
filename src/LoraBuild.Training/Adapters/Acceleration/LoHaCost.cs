using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters.Acceleration;

/// <summary>
/// Chooses the form of a LoHa that takes less time for a layer and an input, by a count of multiplications, calibrated by measurement.
/// </summary>
internal static class LoHaCost
{
    // Time of the many small operators over the change of the weight, in multiplications per element of the weight.
    private const long MaterializedPerWeight = 160;

    // Time of the operators that the factored form calls beyond the other, in multiplications.
    private const long FactoredCalls = 2_000_000;

    // A multiplication by r^2 columns takes about twice as long as one of a wide matrix.
    private const long NarrowMultiplication = 6;

    public static LoHaForm CheaperForm(AdaptableLayer layer, long[] input, long rank)
    {
        // In half precision a frozen weight plus a small change rounds much of the change away; one in 8 bits should not be kept whole.
        if (layer.IsCompressed || layer.Type != ScalarType.Float32)
            return LoHaForm.Factored;

        var outputs = layer.Shape[0];
        var inputs = layer.Count / outputs;
        var positions = Positions(layer, input);
        var factored =
            (2 * positions * inputs * outputs) + (NarrowMultiplication * positions * rank * rank * (inputs + outputs)) + FactoredCalls;
        var materialized = (3 * positions * inputs * outputs) + (MaterializedPerWeight * inputs * outputs);
        return factored <= materialized ? LoHaForm.Factored : LoHaForm.Materialized;
    }

    private static long Positions(AdaptableLayer layer, long[] input) =>
        layer is Conv2d convolution
            ? input[0] * input[2] * input[3] / (convolution.Stride * convolution.Stride)
            : input[..^1].Aggregate(1L, (product, size) => product * size);
}

/// <summary>The ways in which a LoHa's change reaches the layer's output. Both give the same output and gradients.</summary>
public enum LoHaForm
{
    /// <summary>A product of rank r^2 beside the frozen layer.</summary>
    Factored,

    /// <summary>Added to the frozen weight, as LyCORIS does.</summary>
    Materialized,
}
