using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;

namespace LoraBuild.Training.Adapters.Algorithms;

/// <summary>
/// LoHa (FedPara, arXiv:2108.06098; LyCORIS' <c>functional/loha.py</c>) as functions of its tensors: the layer's weight [out, in] changes
/// by <c>(w1a w1b) o (w2a w2b) x scale</c>, where o multiplies element by element. For a k x k convolution "in" is in x k x k.
/// </summary>
public static class LoHa
{
    /// <summary>The change of the weight: <c>(w1a w1b) o (w2a w2b) x scale</c>.</summary>
    /// <param name="w1A">[out, rank].</param>
    /// <param name="w1B">[rank, in].</param>
    /// <param name="w2A">[out, rank].</param>
    /// <param name="w2B">[rank, in].</param>
    /// <param name="scale">Alpha over rank.</param>
    /// <returns>[out, in].</returns>
    public static Tensor WeightChange(Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double scale) =>
        w1A.matmul(w1B) * w2A.matmul(w2B) * scale;

    /// <summary>
    /// The same change, exactly, as a product of rank r^2: <c>up down</c> with <c>up[o, (i, j)] = w1a[o, i] w2a[o, j] x scale</c> and
    /// <c>down[(i, j), n] = w1b[i, n] w2b[j, n]</c>. So <c>y = op(x, W) + up (down x)</c> needs neither the changed weight nor a gradient
    /// of its size.
    /// </summary>
    /// <inheritdoc cref="WeightChange"/>
    /// <returns>down [rank^2, in] and up [out, rank^2].</returns>
    public static (Tensor Down, Tensor Up) Product(Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double scale)
    {
        var squared = w1B.shape[0] * w1B.shape[0];
        return (
            (w1B.unsqueeze(1) * w2B.unsqueeze(0)).view(squared, -1),
            (w1A.unsqueeze(2) * (w2A * scale).unsqueeze(1)).view(-1, squared));
    }
}

/// <summary>
/// LoHa's change of a layer's weight by its formula. Trainings and previews take <c>Acceleration.AcceleratedLoHa</c> instead, which gives
/// the same output and gradients in less time.
/// </summary>
public class LoHaChange : LayerChange
{
    private readonly double scale;

    /// <summary>A change over weights that belong to someone else.</summary>
    /// <inheritdoc cref="LoHa.WeightChange"/>
    public LoHaChange(Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double scale)
    {
        (W1A, W1B, W2A, W2B) = (w1A, w1B, w2A, w2B);
        this.scale = scale;
    }

    /// <summary>The same change over the same weights.</summary>
    protected LoHaChange(LoHaChange other)
        : this(other.W1A, other.W1B, other.W2A, other.W2B, other.scale)
    {
    }

    /// <summary>The factors: [out, rank], or [rank, in].</summary>
    public Tensor W1A { get; }

    /// <inheritdoc cref="W1A"/>
    public Tensor W1B { get; }

    /// <inheritdoc cref="W1A"/>
    public Tensor W2A { get; }

    /// <inheritdoc cref="W1A"/>
    public Tensor W2B { get; }

    /// <summary>The rank of each of the two products.</summary>
    public long Rank => W1B.shape[0];

    /// <summary>The factor of the change, strength included.</summary>
    public double Scale => scale * Strength;

    /// <inheritdoc/>
    public override Tensor WeightChange(AdaptableLayer layer)
    {
        using var scope = NewDisposeScope();
        return LoHa.WeightChange(W1A, W1B, W2A, W2B, Scale).view(layer.Shape).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double Norm()
    {
        using var scope = NewDisposeScope();
        var (down, up) = LoHa.Product(W1A, W1B, W2A, W2B, 1);
        return NormOfProduct(up, down) * scale;
    }
}

/// <summary>
/// LyCORIS' <c>loha</c>: <c>hada_w1_a</c>, <c>hada_w1_b</c>, <c>hada_w2_a</c>, <c>hada_w2_b</c>, and with Tucker's cores <c>hada_t1</c> and
/// <c>hada_t2</c>, where a factor a is [rank, out] and a factor b times its core is [rank, in x height x width].
/// </summary>
internal sealed class LoHaKind : AdapterKind
{
    private const string W1A = "hada_w1_a", W1B = "hada_w1_b", W2A = "hada_w2_a", W2B = "hada_w2_b", T1 = "hada_t1", T2 = "hada_t2";

    public override IReadOnlyList<AdapterFactor> NewFactors(AdaptableLayer layer, long rank, TrainingSettings settings) =>
        Factors(layer, rank, settings.UseTucker && IsLarge(layer), settings.UseScalar);

    public override IReadOnlyList<AdapterFactor>? FactorsIn(
        AdaptableLayer layer, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes) =>
        shapes.Keys.Any(name => name.StartsWith("hada_", StringComparison.Ordinal))
            ? Factors(
                layer,
                rank: shapes.TryGetValue(W1B, out var shape) && shape.Count > 0 ? shape[0] : 1,
                tucker: layer is Conv2d && (shapes.ContainsKey(T1) || shapes.ContainsKey(T2)),
                scaled: false)
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
        return new LoHaChange(w1A, w1B, w2A, w2B, scale);
    }

    public override bool Derives(IReadOnlyDictionary<string, Tensor> factors) => factors.ContainsKey(T1);

    public override string? PlusFactor => W2A;

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
            new(W1A, up, FirstValues.Normal(0.1)),
            new(W1B, down, first),
            new(W2A, up, scaled ? FirstValues.Normal(0.1) : FirstValues.Zero),
            new(W2B, down, first),
        ];
        if (!tucker)
            return matrices;
        long[] core = [rank, rank, .. KernelOf(layer)];
        return [.. matrices, new(T1, core, FirstValues.Normal(0.1)), new(T2, core, FirstValues.Normal(0.1))];
    }
}
