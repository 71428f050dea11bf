using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Settings;

namespace LoraBuild.Training.Adapters.Algorithms;

/// <summary>
/// LoRA (arXiv:2106.09685), and LoCon for convolutions: the layer's weight changes by <c>up down x scale</c>. The output needs no changed
/// weight: <c>y = op(x, W) + up(down(x)) x scale</c>, where <c>down</c> has the layer's kernel and stride, or, with Tucker's core between
/// both, the core has.
/// </summary>
/// <param name="up">[out, rank], or [out, rank, 1, 1].</param>
/// <param name="down">[rank, in], or [rank, in, height, width]; with a core [rank, in, 1, 1].</param>
/// <param name="core">[rank, rank, height, width], or null.</param>
/// <param name="scale">Alpha over rank.</param>
/// <param name="rows">A factor for each output channel's change, [out] or [1]; null: 1.</param>
public sealed class LoConChange(Tensor up, Tensor down, Tensor? core, double scale, Tensor? rows = null) : LayerChange
{
    /// <summary>A function of the low-rank values, [..., rank] or [batch, rank, height, width], before they go up; null: none.</summary>
    public Func<Tensor, Tensor>? Between { get; init; }

    /// <inheritdoc/>
    public override Tensor Forward(AdaptableLayer layer, Tensor input)
    {
        if (core is not null || Between is not null)
            return base.Forward(layer, input);
        using var scope = NewDisposeScope();
        return layer.ApplyWithProduct(input, Falling().to_type(input.dtype), ScaledUp().mul(Strength).to_type(input.dtype))
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override DryTensor DryForward(AdaptableLayer layer, DryRun run, DryTensor input) => core is not null || Between is not null
        ? base.DryForward(layer, run, input)
        : layer.DryApplyWithProduct(run, input, down.shape[0], made: up.numel());

    /// <inheritdoc/>
    public override Tensor Output(AdaptableLayer layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        var rising = ScaledUp().mul(Strength).to_type(input.dtype);
        var low = Low(layer, input);
        var between = Between is null ? low : Between(low);
        return (layer is Conv2d ? Diffusion.Layers.Conv2d.Pointwise(between, rising) : functional.linear(between, rising))
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor WeightChange(AdaptableLayer layer)
    {
        using var scope = NewDisposeScope();
        return ScaledUp().mul(Strength).matmul(Falling()).view(layer.Shape).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double Norm()
    {
        using var scope = NewDisposeScope();
        return NormOfProduct(ScaledUp(), Falling());
    }

    // [out, rank]
    private Tensor ScaledUp()
    {
        var flat = up.view(up.shape[0], -1);
        return rows is null ? flat * scale : flat * (rows.view(-1, 1) * scale);
    }

    // [rank, in x height x width]
    private Tensor Falling()
    {
        var flat = down.view(down.shape[0], -1);
        return core is null ? flat : Tucker.Join(core, flat);
    }

    private Tensor Low(AdaptableLayer layer, Tensor input)
    {
        var falling = down.to_type(input.dtype);
        if (core is null)
            return layer.Apply(input, falling, null);
        return layer.Apply(Diffusion.Layers.Conv2d.Pointwise(input, falling.view(falling.shape[0], -1)), core.to_type(input.dtype), null);
    }
}

/// <summary>
/// LyCORIS' <c>locon</c> and sd-scripts' <c>networks.lora</c>: <c>lora_down.weight</c>, <c>lora_up.weight</c>, and with Tucker's core
/// <c>lora_mid.weight</c>.
/// </summary>
internal sealed class LoConKind : AdapterKind
{
    private const string Down = "lora_down.weight", Up = "lora_up.weight", Mid = "lora_mid.weight";

    public override IReadOnlyList<AdapterFactor> NewFactors(AdaptableLayer layer, long rank, TrainingSettings settings) =>
        Factors(layer, rank, settings.UseTucker && IsLarge(layer), settings.UseScalar);

    public override IReadOnlyList<AdapterFactor>? FactorsIn(
        AdaptableLayer layer, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes) =>
        shapes.Keys.Any(name => name is Down or Up or Mid)
            ? Factors(
                layer, shapes.TryGetValue(Down, out var shape) && shape.Count > 0 ? shape[0] : 1,
                layer is Conv2d && shapes.ContainsKey(Mid), false)
            : null;

    public override long? RankOf(IReadOnlyList<AdapterFactor> factors) => factors.Single(factor => factor.Name == Down).Shape[0];

    public override LayerChange Change(
        IReadOnlyDictionary<string, Tensor> factors, double scale, Tensor? rows, Func<Tensor, Tensor>? between) =>
        new LoConChange(factors[Up], factors[Down], factors.GetValueOrDefault(Mid), scale, rows) { Between = between };

    public override bool Derives(IReadOnlyDictionary<string, Tensor> factors) => false;

    public override string? PlusFactor => Up;

    public override string ScaledFactor(IEnumerable<string> names) => Up;

    private static AdapterFactor[] Factors(AdaptableLayer layer, long rank, bool tucker, bool scaled)
    {
        var (outputs, inputs, kernelArea) = SizesOf(layer);
        var kernel = KernelOf(layer);
        long[] points = [.. kernel.Select(_ => 1L)];
        AdapterFactor[] matrices =
        [
            new(Down, [rank, inputs, .. tucker ? points : kernel], FirstValues.KaimingUniform(tucker ? inputs : inputs * kernelArea)),
            new(Up, [outputs, rank, .. points], scaled ? FirstValues.KaimingUniform(rank) : FirstValues.Zero),
        ];
        return tucker ? [.. matrices, new(Mid, [rank, rank, .. kernel], FirstValues.KaimingUniform(rank * kernelArea))] : matrices;
    }
}
