using static LoraBuild.Torch.torch;

namespace LoraBuild.Torch.Layers;

/// <summary>
/// Layers as one operator of our own each way, which spare a small model most of its calls and a large one copies. They are made for 32-bit
/// tensors on a CPU, where the number of threads changes no bit, and those with a product of low rank for any on a GPU. Each gives null for
/// other tensors; then the caller composes the layer of plain operators, as it always does in the TorchSharp form of the engine.
/// </summary>
public static class FusedLayers
{
    /// <summary>The factors of a LoHa's change, which is <c>up down = scale (w1A w1B) o (w2A w2B)</c>.</summary>
    /// <param name="w1A">[out, r].</param>
    /// <param name="w1B">[r, in].</param>
    /// <param name="w2A">[out, r].</param>
    /// <param name="w2B">[r, in].</param>
    /// <param name="scale">The factor of the change.</param>
    /// <returns>down [r x r, in] and up [out, r x r], or null.</returns>
    public static (Tensor Down, Tensor Up)? HadamardFactors(Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double scale) =>
        SuitProduct(w1A) ? OwnOperators.hadamard_factors.Pair(w1A, w1B, w2A, w2B, scale) : null;

    /// <summary>A frozen weight with a LoHa's change added.</summary>
    /// <param name="weight">[out, ...] with "in" elements an output; gets no gradient.</param>
    /// <inheritdoc cref="HadamardFactors"/>
    /// <returns>A tensor of the weight's shape, or null.</returns>
    public static Tensor? HadamardWeight(Tensor weight, Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double scale) =>
        Suit(weight) && Suit(w1A) ? OwnOperators.hadamard_weight.Call(weight, w1A, w1B, w2A, w2B, scale) : null;

    /// <summary>A frozen linear layer, or a convolution by a matrix product of columns, with a LoHa's change on it.</summary>
    /// <param name="input">[..., in], or [batch, in, height, width].</param>
    /// <param name="weight">[out, in], or [out, in, kernel, kernel]; gets no gradient.</param>
    /// <param name="bias">[out] or null; gets no gradient.</param>
    /// <param name="w1A">[out, r].</param>
    /// <param name="w1B">[r, in x kernel x kernel].</param>
    /// <param name="w2A">[out, r].</param>
    /// <param name="w2B">[r, in x kernel x kernel].</param>
    /// <param name="scale">The factor of the change.</param>
    /// <param name="materialized">True to add the change to the weight; else its factors work beside it.</param>
    /// <param name="stride">The step between outputs, in pixels of the input; of a convolution.</param>
    /// <param name="padding">The zeros added at each edge, in pixels; of a convolution.</param>
    /// <returns>The layer's output, or null.</returns>
    public static Tensor? HadamardLayer(
        Tensor input, Tensor weight, Tensor? bias, Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double scale, bool materialized,
        long stride = 1,
        long padding = 0) =>
        (materialized ? Suit(input) : SuitProduct(input)) && input.dtype == weight.dtype && bias is not { requires_grad: true }
            && weight is { requires_grad: false }
            ? OwnOperators.hadamard_layer.Call(input, weight, bias, w1A, w1B, w2A, w2B, scale, materialized, stride, padding)
            : null;

    /// <summary><c>input weight^T + bias + (input down^T) up^T</c>. Gradients go to all but the bias.</summary>
    /// <param name="input">[..., in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out] or null.</param>
    /// <param name="down">[rank, in], or null without a product.</param>
    /// <param name="up">[out, rank], or null.</param>
    /// <returns>[..., out], or null.</returns>
    public static Tensor? Linear(Tensor input, Tensor weight, Tensor? bias, Tensor? down = null, Tensor? up = null) =>
        (down is null ? Suit(input) : SuitProduct(input)) && input.dtype == weight.dtype && bias is not { requires_grad: true }
            ? OwnOperators.linear_product.Call(input, weight, bias, down, up)
            : null;

    /// <summary>
    /// A square convolution by a matrix product of columns, with a product of low rank beside it. Gradients go to all but the bias.
    /// </summary>
    /// <param name="input">[batch, in, height, width].</param>
    /// <param name="weight">[out, in, kernel, kernel].</param>
    /// <param name="bias">[out] or null.</param>
    /// <param name="down">[rank, in x kernel x kernel], or null without a product.</param>
    /// <param name="up">[out, rank], or null.</param>
    /// <param name="stride">The step between outputs, in pixels of the input, along both axes.</param>
    /// <param name="padding">The zeros added at each edge, in pixels.</param>
    /// <returns>[batch, out, height', width'], or null.</returns>
    public static Tensor? Convolution(Tensor input, Tensor weight, Tensor? bias, Tensor? down, Tensor? up, long stride, long padding) =>
        (down is null ? Suit(input) : SuitProduct(input)) && input.dtype == weight.dtype && bias is not { requires_grad: true }
            ? OwnOperators.convolution_product.Call(input, weight, bias, down, up, stride, padding)
            : null;

    /// <summary>softmax(query key^T / sqrt(head size) + mask) value, head by head, where there are few scores.</summary>
    /// <param name="query">[batch, queries, channels].</param>
    /// <param name="key">[batch, keys, channels].</param>
    /// <param name="value">[batch, keys, channels].</param>
    /// <param name="heads">The number of heads; divides the channels.</param>
    /// <param name="mask">[queries, keys], added to the scores, or null; gets no gradient.</param>
    /// <returns>[batch, queries, channels], or null.</returns>
    public static Tensor? Attention(Tensor query, Tensor key, Tensor value, long heads, Tensor? mask)
    {
        if (!Suit(query) || mask is { requires_grad: true })
            return null;
        var channels = query.shape[2];
        var scores = query.numel() / channels * heads * key.shape[1];
        return scores <= nn.functional.MaxScores ? OwnOperators.attention.Call(query, key, value, heads, mask) : null;
    }

    /// <summary>The first half of the last axis times the GELU of the second (Shazeer, "GLU Variants Improve Transformer", 2020).</summary>
    /// <param name="input">[..., 2 x width].</param>
    /// <returns>[..., width], or null.</returns>
    public static Tensor? GatedGelu(Tensor input) => Suit(input) ? OwnOperators.gated_gelu.Call(input) : null;

    /// <summary>True if all of these layers are there for such tensors.</summary>
    public static bool Suit(DeviceType device, ScalarType type) =>
        type == ScalarType.Float32 && device == DeviceType.CPU && OwnOperators.attention.Exists;

    /// <summary>True if those with a product of low rank are there for such tensors.</summary>
    public static bool SuitProduct(DeviceType device, ScalarType type) => Suit(device, type) || device == DeviceType.CUDA;

    /// <summary>The most scores for which <see cref="Attention"/> is there.</summary>
    public static long MaxScores => nn.functional.MaxScores;

    private static bool Suit(Tensor tensor) => Suit(tensor.device_type, tensor.dtype);

    private static bool SuitProduct(Tensor tensor) => Suit(tensor) || (tensor.device_type == DeviceType.CUDA && tensor.is_floating_point());
}
