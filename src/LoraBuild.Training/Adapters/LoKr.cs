using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters;

/// <summary>
/// LoKr (LyCORIS, arXiv:2309.14859): the layer's weight changes by the Kronecker product <c>W1 x W2 x scale</c>, with
/// <c>change[(i, k), (j, l)] = W1[i, j] W2[k, l]</c>. The output needs neither the product nor a gradient of its size: the input is taken as
/// j groups of l channels, W2 goes over each, and W1 mixes the groups.
/// </summary>
/// <param name="w1">[i, j].</param>
/// <param name="w2">[k, l] or [k, l, height, width]; null where it is a product.</param>
/// <param name="w2A">[k, rank], or, with a core, [rank, k]; null where <paramref name="w2"/> is given.</param>
/// <param name="w2B">[rank, l x height x width], or, with a core, [rank, l].</param>
/// <param name="core">[rank, rank, height, width], or null.</param>
/// <param name="scale">Alpha over rank.</param>
/// <param name="rows">What each output channel's change is multiplied by, [out] or [1]; null: 1.</param>
public sealed class LoKr(Tensor w1, Tensor? w2, Tensor? w2A, Tensor? w2B, Tensor? core, double scale, Tensor? rows = null) : LayerChange
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
    public override Tensor WeightChange(AdaptableLayer layer)
    {
        using var scope = NewDisposeScope();
        var second = Second();
        var inputs = layer.Weight.shape[1] / w1.shape[1];
        // [i, 1, j, 1, 1] o [1, k, 1, l, height x width]
        var product = (w1 * (scale * Strength)).view(w1.shape[0], 1, w1.shape[1], 1, 1) * second.reshape(1, second.shape[0], 1, inputs, -1);
        var flat = product.reshape(layer.Weight.shape[0], -1);
        return (rows is null ? flat : flat * rows.view(-1, 1)).view(layer.Weight.shape).MoveToOuterDisposeScope();
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
            var kernel = layer.Weight.shape[2];
            var low = layer.Apply(grouped, w2B.view(rank, -1, kernel, kernel).to_type(type), null);
            return Diffusion.Layers.Conv2d.Pointwise(low, w2A!.view(-1, rank).to_type(type));
        }

        var narrow = Diffusion.Layers.Conv2d.Pointwise(grouped, w2B.view(rank, -1).to_type(type));
        return Diffusion.Layers.Conv2d.Pointwise(layer.Apply(narrow, core.to_type(type), null), w2A!.t().to_type(type));
    }
}
