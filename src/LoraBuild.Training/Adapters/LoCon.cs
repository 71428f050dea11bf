using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters;

/// <summary>
/// LoRA (arXiv:2106.09685), and LoCon for convolutions: the layer's weight changes by <c>up down x scale</c>. The output needs no changed
/// weight: <c>y = op(x, W) + up(down(x)) x scale</c>, where <c>down</c> has the layer's kernel and stride, or, with Tucker's core between
/// both, the core has.
/// </summary>
/// <param name="up">[out, rank], or [out, rank, 1, 1].</param>
/// <param name="down">[rank, in], or [rank, in, height, width]; with a core [rank, in, 1, 1].</param>
/// <param name="core">[rank, rank, height, width], or null.</param>
/// <param name="scale">Alpha over rank.</param>
/// <param name="rows">What each output channel's change is multiplied by, [out] or [1]; null: 1.</param>
public sealed class LoCon(Tensor up, Tensor down, Tensor? core, double scale, Tensor? rows = null) : LayerChange
{
    /// <summary>What happens to the low-rank values, [..., rank] or [batch, rank, height, width], before they go up; null: nothing.</summary>
    public Func<Tensor, Tensor>? Between { get; init; }

    /// <inheritdoc/>
    public override Tensor Forward(AdaptableLayer layer, Tensor input)
    {
        if (core is not null || Between is not null)
            return base.Forward(layer, input);
        using var scope = NewDisposeScope();
        return layer.ApplyWithProduct(input, Falling().to_type(input.dtype), ScaledUp().mul(Strength).to_type(input.dtype)).MoveToOuterDisposeScope();
    }

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
        return ScaledUp().mul(Strength).matmul(Falling()).view(layer.Weight.shape).MoveToOuterDisposeScope();
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
