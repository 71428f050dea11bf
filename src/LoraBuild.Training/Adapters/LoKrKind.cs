using LoraBuild.Core.Settings;
using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters;

/// <summary>
/// LyCORIS' <c>lokr</c>: <c>lokr_w1</c> or the product of <c>lokr_w1_a</c> and <c>lokr_w1_b</c>, and <c>lokr_w2</c> or that of <c>lokr_w2_a</c>
/// and <c>lokr_w2_b</c>, with Tucker's core <c>lokr_t2</c> between.
/// </summary>
public sealed class LoKrKind : AdapterKind
{
    private const string W1 = "lokr_w1", W1A = "lokr_w1_a", W1B = "lokr_w1_b", W2 = "lokr_w2", W2A = "lokr_w2_a", W2B = "lokr_w2_b", T2 = "lokr_t2";

    /// <summary>
    /// A size as a product of two, the first not larger: by <paramref name="factor"/> where that divides it, else by the divisor up to it
    /// that is nearest to the square root.
    /// </summary>
    public static (long Small, long Large) Factorize(long size, long factor)
    {
        if (factor > 0 && size % factor == 0)
            return (Math.Min(factor, size / factor), Math.Max(factor, size / factor));
        var limit = factor < 0 ? size : factor;
        var small = 1L;
        for (var divisor = 2L; divisor <= limit && divisor * divisor <= size; divisor++)
        {
            if (size % divisor == 0)
                small = divisor;
        }

        return (small, size / small);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AdapterFactor> NewFactors(AdaptableLayer layer, long rank, TrainingSettings settings)
    {
        var (outputs, inputs, _) = SizesOf(layer);
        var (rows, columns) = (Factorize(outputs, settings.Factor), Factorize(inputs, settings.Factor));
        if (settings.UnbalancedFactorization)
            rows = (rows.Large, rows.Small);
        var firstIsProduct = settings.DecomposeBoth && !settings.FullMatrix && 2 * rank < Math.Max(rows.Small, columns.Small);
        var secondIsProduct = !settings.FullMatrix && 2 * rank < Math.Max(rows.Large, columns.Large);
        return Factors(layer, rank, (rows.Small, columns.Small), firstIsProduct, secondIsProduct, settings.UseTucker && IsLarge(layer), settings.UseScalar);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AdapterFactor>? FactorsIn(AdaptableLayer layer, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        if (!shapes.Keys.Any(name => name.StartsWith("lokr_", StringComparison.Ordinal)))
            return null;
        var (firstIsProduct, secondIsProduct) = (!shapes.ContainsKey(W1), !shapes.ContainsKey(W2));
        var (outputs, inputs, _) = SizesOf(layer);
        var first = (Divisor(outputs, Size(firstIsProduct ? W1A : W1, 0)), Divisor(inputs, Size(firstIsProduct ? W1B : W1, 1)));
        return Factors(layer, Size(firstIsProduct ? W1B : W2B, 0), first, firstIsProduct, secondIsProduct, layer is Conv2d && shapes.ContainsKey(T2), false);

        // A size that does not divide the layer's is wrong, whatever the right one was.
        static long Divisor(long size, long divisor) => size % divisor == 0 ? divisor : Factorize(size, -1).Small;

        long Size(string name, int axis) => shapes.TryGetValue(name, out var shape) && shape.Count > axis && shape[axis] > 0 ? shape[axis] : 1;
    }

    /// <inheritdoc/>
    public override long? RankOf(IReadOnlyList<AdapterFactor> factors) => factors.FirstOrDefault(factor => factor.Name is W1B or W2B)?.Shape[0];

    /// <inheritdoc/>
    public override LayerChange Change(
        IReadOnlyDictionary<string, Tensor> factors, double scale, Tensor? rows, Func<Tensor, Tensor>? between) => new LoKr(
        factors.GetValueOrDefault(W1) ?? factors[W1A].matmul(factors[W1B]),
        factors.GetValueOrDefault(W2),
        factors.GetValueOrDefault(W2A),
        factors.GetValueOrDefault(W2B),
        factors.GetValueOrDefault(T2),
        scale,
        rows);

    /// <inheritdoc/>
    public override bool Derives(IReadOnlyDictionary<string, Tensor> factors) => factors.ContainsKey(W1A);

    /// <inheritdoc/>
    public override string ScaledFactor(IEnumerable<string> names) => names.Contains(W1) ? W1 : W1A;

    private static List<AdapterFactor> Factors(
        AdaptableLayer layer, long rank, (long Rows, long Columns) first, bool firstIsProduct, bool secondIsProduct, bool tucker, bool scaled)
    {
        var (outputs, inputs, kernelArea) = SizesOf(layer);
        var kernel = KernelOf(layer);
        var (rows, columns) = (outputs / first.Rows, inputs / first.Columns);
        var factors = new List<AdapterFactor>();
        if (firstIsProduct)
        {
            factors.Add(new(W1A, [first.Rows, rank], FirstValues.KaimingUniform(rank)));
            factors.Add(new(W1B, [rank, first.Columns], FirstValues.KaimingUniform(first.Columns)));
        }
        else
        {
            factors.Add(new(W1, [first.Rows, first.Columns], FirstValues.KaimingUniform(first.Columns)));
        }

        if (!secondIsProduct)
        {
            factors.Add(new(W2, [rows, columns, .. kernel], scaled ? FirstValues.KaimingUniform(columns * kernelArea) : FirstValues.Zero));
        }
        else
        {
            var width = tucker ? columns : columns * kernelArea;
            factors.Add(new(W2A, tucker ? [rank, rows] : [rows, rank], FirstValues.KaimingUniform(tucker ? rows : rank)));
            factors.Add(new(W2B, [rank, width], scaled ? FirstValues.KaimingUniform(width) : FirstValues.Zero));
            if (tucker)
                factors.Add(new(T2, [rank, rank, .. kernel], FirstValues.KaimingUniform(rank * kernelArea)));
        }

        return factors;
    }
}
