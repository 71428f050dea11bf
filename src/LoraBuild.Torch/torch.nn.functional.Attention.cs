using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>
            /// Scores that are held at once before attention is computed in blocks of queries: 2^24, which are 64 MiB of floats.
            /// </summary>
            private const long MaxScores = 1 << 24;

            /// <summary>
            /// softmax(query x key^T / sqrt(d) + mask) x value over [..., tokens, d]. From libtorch 2.0 on its own kernels; before that the
            /// same mathematics, whose large cases run in blocks and compute the scores again in the backward pass instead of keeping them.
            /// </summary>
            /// <param name="attn_mask">Added to the scores; or truth values, of which false rules a key out.</param>
            /// <param name="p">Dropout of the attention weights.</param>
            /// <param name="is_casual">Lets no query see a later key. (The name is TorchSharp's.)</param>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                if (Aten.scaled_dot_product_attention.Exists)
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
                if (scores > MaxScores && p == 0 && attn_mask is not { requires_grad: true })
                    return BlockedAttention.apply(query, key, value, attn_mask!).MoveToOuterDisposeScope();
                var weights = BlockedAttention.Weights(query, key, attn_mask);
                return (p > 0 ? dropout(weights, p) : weights).matmul(value).MoveToOuterDisposeScope();
            }

            /// <summary>
            /// Attention over blocks of queries, which are independent of each other. Only the result is kept for backward: with
            /// P = softmax(S) and O = P V, dS = P o (dO V^T - rowsum(dO o O)) (Dao et al., "FlashAttention", 2022, appendix B.2).
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
                    foreach (var (start, length) in Blocks(query, key))
                    {
                        using var scope = NewDisposeScope();
                        var weights = Weights(query.narrow(-2, start, length), key, Rows(mask, start, length));
                        result.narrow(-2, start, length).copy_(weights.matmul(value));
                    }
                    ctx.save_for_backward([query, key, value, mask!, result]);
                    return result;
                }

                public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
                {
                    var saved = ctx.get_saved_variables();
                    var (query, key, value, mask, result) = (saved[0], saved[1], saved[2], (Tensor?)saved[3], saved[4]);
                    var (gradQuery, gradKey, gradValue) = (empty_like(query), zeros_like(key), zeros_like(value));
                    foreach (var (start, length) in Blocks(query, key))
                    {
                        using var scope = NewDisposeScope();
                        var queries = query.narrow(-2, start, length);
                        var grad = grad_output.narrow(-2, start, length);
                        var weights = Weights(queries, key, Rows(mask, start, length));
                        gradValue.add_(weights.transpose(-2, -1).matmul(grad));
                        var rows = (grad * result.narrow(-2, start, length)).sum([-1], keepdim: true);
                        var scores = weights * (grad.matmul(value.transpose(-2, -1)) - rows) * Scale(query);
                        gradQuery.narrow(-2, start, length).copy_(scores.matmul(key));
                        gradKey.add_(scores.transpose(-2, -1).matmul(queries));
                    }
                    return [gradQuery, gradKey, gradValue, null!];
                }

                private static double Scale(Tensor query) => 1 / Math.Sqrt(query.shape[^1]);

                private static Tensor? Rows(Tensor? mask, long start, long length) =>
                    mask is null || mask.shape[^2] == 1 ? mask : mask.narrow(-2, start, length);

                private static IEnumerable<(long Start, long Length)> Blocks(Tensor query, Tensor key)
                {
                    var queries = query.shape[^2];
                    var scoresPerQuery = query.numel() / query.shape[^1] / queries * key.shape[^2];
                    var block = Math.Max(1, MaxScores / scoresPerQuery);
                    for (long start = 0; start < queries; start += block)
                        yield return (start, Math.Min(block, queries - start));
                }
            }
        }
    }
}
