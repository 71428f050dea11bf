using TorchSharp;
using static TorchSharp.torch;

namespace LoraBuild.Torch.Layers;

/// <summary>
/// Layers as one operator each way. TorchSharp has none, so that each is null and the caller composes the layer of plain operators.
/// </summary>
public static class FusedLayers
{
    /// <summary>True if all of these layers are there for such tensors: never.</summary>
    public static bool Suit(DeviceType device, ScalarType type) => false;

    /// <summary>True if those with a product of low rank are there for such tensors: never.</summary>
    public static bool SuitProduct(DeviceType device, ScalarType type) => false;

    /// <summary>The most scores for which <see cref="Attention"/> is there.</summary>
    public static long MaxScores => 0;

    /// <summary>The factors of a LoHa's change.</summary>
    public static (Tensor Down, Tensor Up)? HadamardFactors(Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double scale) => null;

    /// <summary>A frozen weight with a LoHa's change added.</summary>
    public static Tensor? HadamardWeight(Tensor weight, Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double scale) => null;

    /// <summary>A layer with a LoHa's change on it.</summary>
    public static Tensor? HadamardLayer(
        Tensor input, Tensor weight, Tensor? bias, Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double scale, bool materialized,
        long stride = 1,
        long padding = 0) => null;

    /// <summary>A linear layer with a product of low rank beside it.</summary>
    public static Tensor? Linear(Tensor input, Tensor weight, Tensor? bias, Tensor? down = null, Tensor? up = null) => null;

    /// <summary>A convolution with a product of low rank beside it.</summary>
    public static Tensor? Convolution(Tensor input, Tensor weight, Tensor? bias, Tensor? down, Tensor? up, long stride, long padding) =>
        null;

    /// <summary>The first half of the last axis times the GELU of the second.</summary>
    public static Tensor? GatedGelu(Tensor input) => null;

    /// <summary>Attention of several heads.</summary>
    public static Tensor? Attention(Tensor query, Tensor key, Tensor value, long heads, Tensor? mask) => null;
}
