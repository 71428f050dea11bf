using LoraBuild.Diffusion.Memory;
using LoraBuild.Torch.Layers;

namespace LoraBuild.Diffusion.Layers;

/// <summary>Scaled dot-product attention (Vaswani et al., 2017) of several heads.</summary>
internal static class Attention
{
    /// <summary>softmax(q k^T / sqrt(head size) + mask) v, head by head.</summary>
    /// <param name="query">[batch, queries, channels].</param>
    /// <param name="key">[batch, keys, channels].</param>
    /// <param name="value">[batch, keys, channels].</param>
    /// <param name="heads">The number of heads; divides the channels.</param>
    /// <param name="mask">[queries, keys], added to the scores, or null.</param>
    /// <returns>[batch, queries, channels].</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, long heads, Tensor? mask = null) =>
        FusedLayers.Attention(query, key, value, heads, mask) ?? Composed(query, key, value, heads, mask);

    /// <summary><see cref="Attend"/> with shapes alone.</summary>
    public static DryTensor DryAttend(DryRun run, DryTensor query, DryTensor key, DryTensor value, long heads)
    {
        var scores = query.Count / query.Shape[2] * heads * key.Shape[1];
        DryTensor[] inputs = [query, key, value];
        var fused = FusedLayers.Suit(run.Device, run.Type);
        if (fused && scores <= FusedLayers.MaxScores)
            return run.Apply(query.Shape, inputs, inputs, new(scores, Forward: scores, Backward: 2 * scores));
        // Blocks of scores are made again on the way back; heads lie side by side in copies.
        using var scope = run.Scope();
        DryTensor[] apart = fused ? [.. inputs.Select(input => run.Apply(input.Shape, [input]))] : inputs;
        var block = fused ? 3 * FusedLayers.MaxScores : 0;
        var result = run.Apply(query.Shape, apart, apart, new(Kept: query.Count, Forward: block, Backward: block));
        return scope.MoveToOuter(fused ? run.Apply(query.Shape, [result]) : result);
    }

    private static Tensor Composed(Tensor query, Tensor key, Tensor value, long heads, Tensor? mask)
    {
        long batch = query.shape[0], queries = query.shape[1], channels = query.shape[2], headSize = channels / heads;
        var q = SplitHeads(query, heads);
        var k = SplitHeads(key, heads);
        var v = SplitHeads(value, heads);
        var result = nn.functional.scaled_dot_product_attention(q, k, v, mask);
        return result.transpose(1, 2).reshape(batch, queries, channels);
    }

    private static Tensor SplitHeads(Tensor tensor, long heads) =>
        tensor.view(tensor.shape[0], tensor.shape[1], heads, tensor.shape[2] / heads).transpose(1, 2);
}
