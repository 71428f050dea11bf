using LoraBuild.Core.Settings;
using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters;

/// <summary>LyCORIS' <c>loha</c>: <c>hada_w1_a</c>, <c>hada_w1_b</c>, <c>hada_w2_a</c>, <c>hada_w2_b</c>, and with Tucker's cores <c>hada_t1</c>, <c>hada_t2</c>.</summary>
internal sealed class LoHaKind : AdapterKind
{
    private const string W1A = "hada_w1_a", W1B = "hada_w1_b", W2A = "hada_w2_a", W2B = "hada_w2_b", T1 = "hada_t1", T2 = "hada_t2";

    public override IReadOnlyList<AdapterFactor> NewFactors(AdaptableLayer layer, long rank, TrainingSettings settings) =>
        Factors(layer, rank, settings.UseTucker && IsLarge(layer), settings.UseScalar);

    public override IReadOnlyList<AdapterFactor>? FactorsIn(AdaptableLayer layer, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes) =>
        shapes.Keys.Any(name => name.StartsWith("hada_", StringComparison.Ordinal))
            ? Factors(layer, shapes.TryGetValue(W1B, out var shape) && shape.Count > 0 ? shape[0] : 1, layer is Conv2d && (shapes.ContainsKey(T1) || shapes.ContainsKey(T2)), false)
            : null;

    public override long? RankOf(IReadOnlyList<AdapterFactor> factors) => factors.Single(factor => factor.Name == W1B).Shape[0];

    public override LayerChange Change(
        IReadOnlyDictionary<string, Tensor> factors, double scale, Tensor? rows, Func<Tensor, Tensor>? between)
    {
        var (w1A, w1B, w2A, w2B) = (factors[W1A], factors[W1B], factors[W2A], factors[W2B]);
        if (factors.TryGetValue(T1, out var t1))
            (w1A, w1B, w2A, w2B) = (w1A.t(), Tucker.Join(t1, w1B), w2A.t(), Tucker.Join(factors[T2], w2B));
        if (rows is not null)
            w1A = w1A * rows.view(-1, 1);
        return new LoHa(w1A, w1B, w2A, w2B, scale * w1B.shape[0]);
    }

    public override bool Derives(IReadOnlyDictionary<string, Tensor> factors) => factors.ContainsKey(T1);

    public override string ScaledFactor(IEnumerable<string> names) => W1A;

    // With a scalar that starts at 0 nothing else has to.
    private static AdapterFactor[] Factors(AdaptableLayer layer, long rank, bool tucker, bool scaled)
    {
        var (outputs, inputs, kernel) = SizesOf(layer);
        long[] up = tucker ? [rank, outputs] : [outputs, rank];
        long[] down = [rank, tucker ? inputs : inputs * kernel];
        var first = FirstValues.Normal(1);
        AdapterFactor[] matrices =
        [
            new(W1A, up, FirstValues.Normal(0.1)), new(W1B, down, first), new(W2A, up, scaled ? FirstValues.Normal(0.1) : FirstValues.Zero), new(W2B, down, first),
        ];
        if (!tucker)
            return matrices;
        long[] core = [rank, rank, .. KernelOf(layer)];
        return [.. matrices, new(T1, core, FirstValues.Normal(0.1)), new(T2, core, FirstValues.Normal(0.1))];
    }
}
