namespace LoraBuild.Torch;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>
            /// The most scores that are kept for the backward pass: 2^20, which are 4 MiB of floats. Where there are more, they are
            /// computed again, as many at a time, which so stay in the processor's cache.
            /// </summary>
            internal const long MaxScores = 1 << 20;

            /// <summary>
            /// softmax(query x key^T / sqrt(d) + mask) x value over [..., tokens, d]. From libtorch 2.0 on its own kernels; before that,
            /// and for 32 bits on a CPU, where the number of threads changes the bits of its gradients, the same mathematics, whose large
            /// cases run in blocks and compute the scores again in the backward pass instead of keeping them.
            /// </summary>
            /// <param name="attn_mask">Added to the scores; or truth values, of which false rules a key out.</param>
            /// <param name="p">Dropout of the attention weights.</param>
            /// <param name="is_casual">Lets no query see a later key. (The name is TorchSharp's.)</param>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                if (Aten.scaled_dot_product_attention.Exists && !(query.device_type == DeviceType.CPU && query.dtype == ScalarType.Float32))
                    return Aten.scaled_dot_product_attention.Call(query, key, value, attn_mask, p, is_casual);

                using var scope = NewDisposeScope();
                if (is_casual)
                {
                    if (attn_mask is not null)
                        throw new ArgumentException("Give either attn_mask or is_casual.");
                    attn_mask = ones(query.shape[^2], key.shape[^2], ScalarType.Bool, query.device).tril();
                }
                if (attn_mask is { dtype: ScalarType.Bool } allowed)
                    attn_mask = zeros(allowed.shape, query.dtype, query.device).masked_fill_(allowed.logical_not(), float.NegativeInfinity);

                var scores = query.numel() / query.shape[^1] * key.shape[^2];
                if (scores > MaxScores && p == 0 && attn_mask is null or { requires_grad: false, ndim: 2 })
                {
                    return BlockedAttention.apply(Flat(query), Flat(key), Flat(value), attn_mask!)
                        .view([.. query.shape[..^1], value.shape[^1]])
                        .MoveToOuterDisposeScope();
                }

                var weights = BlockedAttention.Weights(query, key, attn_mask);
                return (p > 0 ? dropout(weights, p) : weights).matmul(value).MoveToOuterDisposeScope();

                static Tensor Flat(Tensor tensor) => tensor.reshape(-1, tensor.shape[^2], tensor.shape[^1]);
            }

            /// <summary>
            /// Attention over blocks of queries, which are independent of each other, of [heads, tokens, d]. Only the result is kept for
            /// backward: with P = softmax(S) and O = P V, dS = P o (dO V^T - rowsum(dO o O)) (Dao et al., "FlashAttention", 2022,
            /// appendix B.2).
            /// </summary>
            private sealed class BlockedAttention : autograd.SingleTensorFunction<BlockedAttention>
            {
                public override string Name => nameof(BlockedAttention);

                internal static Tensor Weights(Tensor query, Tensor key, Tensor? mask)
                {
                    var scores = (query * Scale(query)).matmul(key.transpose(-2, -1));
                    return (mask is null ? scores : scores + mask).softmax(-1);
                }

                public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
                {
                    var (query, key, value, mask) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor?)vars[3]);
                    var result = empty([.. query.shape[..^1], value.shape[^1]], query.dtype, query.device);
                    foreach (var block in Blocks(query, key))
                    {
                        using var scope = NewDisposeScope();
                        var weights = Weights(block.Queries(query), block.Heads(key), block.Rows(mask));
                        block.Queries(result).copy_(weights.matmul(block.Heads(value)));
                    }
                    ctx.save_for_backward([query, key, value, mask!, result]);
                    return result;
                }

                public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
                {
                    var saved = ctx.get_saved_variables();
                    var (query, key, value, mask, result) = (saved[0], saved[1], saved[2], (Tensor?)saved[3], saved[4]);
                    var (gradQuery, gradKey, gradValue) = (empty_like(query), zeros_like(key), zeros_like(value));
                    foreach (var block in Blocks(query, key))
                    {
                        using var scope = NewDisposeScope();
                        var queries = block.Queries(query);
                        var grad = block.Queries(grad_output);
                        var weights = Weights(queries, block.Heads(key), block.Rows(mask));
                        block.Heads(gradValue).add_(weights.transpose(-2, -1).matmul(grad));
                        var rows = (grad * block.Queries(result)).sum([-1], keepdim: true);
                        var scores = grad.matmul(block.Heads(value).transpose(-2, -1)).sub_(rows).mul_(weights).mul_(Scale(query));
                        block.Queries(gradQuery).copy_(scores.matmul(block.Heads(key)));
                        block.Heads(gradKey).add_(scores.transpose(-2, -1).matmul(queries));
                    }
                    return [gradQuery, gradKey, gradValue, null!];
                }

                private static double Scale(Tensor query) => 1 / Math.Sqrt(query.shape[^1]);

                // One head's queries at a time, or several heads where that is no more scores.
                private static IEnumerable<Block> Blocks(Tensor query, Tensor key)
                {
                    var (heads, queries, keys) = (query.shape[0], query.shape[1], key.shape[1]);
                    var headsPerBlock = Math.Clamp(MaxScores / (queries * keys), 1, heads);
                    var queriesPerBlock = Math.Clamp(MaxScores / keys, 1, queries);
                    for (long head = 0; head < heads; head += headsPerBlock)
                    {
                        for (long start = 0; start < queries; start += queriesPerBlock)
                            yield return new(
                                head, Math.Min(headsPerBlock, heads - head), start, Math.Min(queriesPerBlock, queries - start));
                    }
                }

                private readonly record struct Block(long Head, long HeadCount, long Query, long QueryCount)
                {
                    public Tensor Heads(Tensor tensor) => tensor.narrow(0, Head, HeadCount);

                    public Tensor Queries(Tensor tensor) => Heads(tensor).narrow(1, Query, QueryCount);

                    public Tensor? Rows(Tensor? mask) => mask is null || mask.shape[0] == 1 ? mask : mask.narrow(0, Query, QueryCount);
                }
            }
        }
    }
}
