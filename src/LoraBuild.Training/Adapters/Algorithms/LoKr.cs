using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Settings;

namespace LoraBuild.Training.Adapters.Algorithms;

/// <summary>
/// LoKr (LyCORIS, arXiv:2309.14859): the layer's weight changes by the Kronecker product <c>W1 x W2 x scale</c>, with
/// <c>change[(i, k), (j, l)] = W1[i, j] W2[k, l]</c>. The output needs neither the product nor a gradient of its size: the input is taken
/// as j groups of l channels, W2 goes over each, and W1 mixes the groups.
/// </summary>
/// <param name="w1">[i, j].</param>
/// <param name="w2">[k, l] or [k, l, height, width]; null where it is a product.</param>
/// <param name="w2A">[k, rank], or, with a core, [rank, k]; null where <paramref name="w2"/> is given.</param>
/// <param name="w2B">[rank, l x height x width], or, with a core, [rank, l].</param>
/// <param name="core">[rank, rank, height, width], or null.</param>
/// <param name="scale">Alpha over rank.</param>
/// <param name="rows">A factor for each output channel's change, [out] or [1]; null: 1.</param>
public sealed class LoKrChange(Tensor w1, Tensor? w2, Tensor? w2A, Tensor? w2B, Tensor? core, double scale, Tensor? rows = null)
    : LayerChange
{
    /// <inheritdoc/>
    public override Tensor Output(AdaptableLayer layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        var groups = (w1 * (scale * Strength)).to_type(input.dtype);
        var output = layer is Conv2d ? OfConvolution(layer, input, groups) : OfLinear(input, groups);
        if (rows is not null)
            output = output * (layer is Conv2d ? rows.view(-1, 1, 1) : rows).to_type(input.dtype);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override DryTensor DryOutput(AdaptableLayer layer, DryRun run, DryTensor input)
    {
        using var scope = run.Scope();
        var shape = layer.OutputShape(input.Shape);
        var trained = new DryCost(Trains: true);
        // Of each of the j groups W2 makes k values where the layer makes out = i k, by way of the rank where it is a product.
        var (groups, values) = (w1.shape[1], layer.Shape[0] / w1.shape[0]);
        var places = shape.Aggregate(1L, (product, size) => product * size) / layer.Shape[0];
        var narrow = w2 is null ? run.Apply([places * groups, w2B!.shape[0]], [input], [input], trained) : input;
        var each = run.Apply([places * groups, values], [narrow], [narrow], trained);
        var mixed = run.Apply(shape, [each], [each], trained);
        return scope.MoveToOuter(layer is Conv2d ? mixed : run.Apply(shape, [mixed]));
    }

    /// <inheritdoc/>
    public override Tensor WeightChange(AdaptableLayer layer)
    {
        using var scope = NewDisposeScope();
        var second = Second();
        var inputs = layer.Shape[1] / w1.shape[1];
        // [i, 1, j, 1, 1] o [1, k, 1, l, height x width]
        var product = (w1 * (scale * Strength)).view(w1.shape[0], 1, w1.shape[1], 1, 1) * second.reshape(1, second.shape[0], 1, inputs, -1);
        var flat = product.reshape(layer.Shape[0], -1);
        return (rows is null ? flat : flat * rows.view(-1, 1)).view(layer.Shape).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double Norm()
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var first = rows is null ? w1 : w1 * rows;
        return Length(first) * Length(Second()) * scale;

        static double Length(Tensor matrix) => Math.Sqrt(matrix.to_type(ScalarType.Float64).square().sum().item<double>());
    }

    // [k, l x height x width]
    private Tensor Second()
    {
        if (w2 is not null)
            return w2.view(w2.shape[0], -1);
        return core is null ? w2A!.matmul(w2B!) : w2A!.t().matmul(Tucker.Join(core, w2B!));
    }

    private Tensor OfLinear(Tensor input, Tensor groups)
    {
        var grouped = input.reshape([.. input.shape.AsSpan(0, input.shape.Length - 1), groups.shape[1], -1]);
        var type = input.dtype;
        var each = w2 is not null
            ? functional.linear(grouped, w2.to_type(type))
            : functional.linear(functional.linear(grouped, w2B!.to_type(type)), w2A!.to_type(type));
        return functional.linear(each.transpose(-1, -2), groups).transpose(-1, -2).flatten(-2);
    }

    private Tensor OfConvolution(AdaptableLayer layer, Tensor input, Tensor groups)
    {
        var (batch, type) = (input.shape[0], input.dtype);
        var grouped = input.reshape(batch * groups.shape[1], -1, input.shape[2], input.shape[3]);
        var each = w2 is not null ? layer.Apply(grouped, w2.to_type(type), null) : Product(layer, grouped);
        var mixed = groups.matmul(each.reshape(batch, groups.shape[1], -1));
        return mixed.view(batch, -1, each.shape[2], each.shape[3]);
    }

    private Tensor Product(AdaptableLayer layer, Tensor grouped)
    {
        var (type, rank) = (grouped.dtype, w2B!.shape[0]);
        if (core is null)
        {
            var kernel = layer.Shape[2];
            var low = layer.Apply(grouped, w2B.view(rank, -1, kernel, kernel).to_type(type), null);
            return Diffusion.Layers.Conv2d.Pointwise(low, w2A!.view(-1, rank).to_type(type));
        }

        var narrow = Diffusion.Layers.Conv2d.Pointwise(grouped, w2B.view(rank, -1).to_type(type));
        return Diffusion.Layers.Conv2d.Pointwise(layer.Apply(narrow, core.to_type(type), null), w2A!.t().to_type(type));
    }
}

/// <summary>
/// LyCORIS' <c>lokr</c>: <c>lokr_w1</c> or the product of <c>lokr_w1_a</c> and <c>lokr_w1_b</c>, and <c>lokr_w2</c> or that of
/// <c>lokr_w2_a</c> and <c>lokr_w2_b</c>, with Tucker's core <c>lokr_t2</c> between.
/// </summary>
public sealed class LoKrKind : AdapterKind
{
    private const string W1 = "lokr_w1", W1A = "lokr_w1_a", W1B = "lokr_w1_b", W2 = "lokr_w2", W2A = "lokr_w2_a", W2B = "lokr_w2_b",
        T2 = "lokr_t2";

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
        return Factors(
            layer, rank, (rows.Small, columns.Small), firstIsProduct, secondIsProduct, settings.UseTucker && IsLarge(layer),
            settings.UseScalar);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AdapterFactor>? FactorsIn(AdaptableLayer layer, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        if (!shapes.Keys.Any(name => name.StartsWith("lokr_", StringComparison.Ordinal)))
            return null;
        var (firstIsProduct, secondIsProduct) = (!shapes.ContainsKey(W1), !shapes.ContainsKey(W2));
        var (outputs, inputs, _) = SizesOf(layer);
        var first = (Divisor(outputs, Size(firstIsProduct ? W1A : W1, 0)), Divisor(inputs, Size(firstIsProduct ? W1B : W1, 1)));
        return Factors(
            layer, Size(firstIsProduct ? W1B : W2B, 0), first, firstIsProduct, secondIsProduct, layer is Conv2d && shapes.ContainsKey(T2),
            false);

        // A size that does not divide the layer's is wrong, whatever the right one was.
        static long Divisor(long size, long divisor) => size % divisor == 0 ? divisor : Factorize(size, -1).Small;

        long Size(string name, int axis) =>
            shapes.TryGetValue(name, out var shape) && shape.Count > axis && shape[axis] > 0 ? shape[axis] : 1;
    }

    /// <inheritdoc/>
    public override long? RankOf(IReadOnlyList<AdapterFactor> factors) =>
        factors.FirstOrDefault(factor => factor.Name is W1B or W2B)?.Shape[0];

    /// <inheritdoc/>
    public override LayerChange Change(
        IReadOnlyDictionary<string, Tensor> factors, double scale, Tensor? rows, Func<Tensor, Tensor>? between) => new LoKrChange(
        factors.GetValueOrDefault(W1) ?? factors[W1A].matmul(factors[W1B]),
        factors.GetValueOrDefault(W2),
        factors.GetValueOrDefault(W2A),
        factors.GetValueOrDefault(W2B),
        factors.GetValueOrDefault(T2),
        scale,
        rows);

    /// <inheritdoc/>
    public override bool KeepsNormInScalar => false;

    /// <inheritdoc/>
    public override bool Derives(IReadOnlyDictionary<string, Tensor> factors) => factors.ContainsKey(W1A);

    /// <inheritdoc/>
    public override string? PlusFactor => W1;

    /// <inheritdoc/>
    public override string ScaledFactor(IEnumerable<string> names) => names.Contains(W1) ? W1 : W1A;

    private static List<AdapterFactor> Factors(
        AdaptableLayer layer, long rank, (long Rows, long Columns) first, bool firstIsProduct, bool secondIsProduct, bool tucker,
        bool scaled)
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
