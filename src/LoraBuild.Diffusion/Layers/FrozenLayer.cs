using LoraBuild.Diffusion.Checkpointing;

namespace LoraBuild.Diffusion.Layers;

/// <summary>
/// The output of a frozen layer whose weight is decoded for it, and again for the input's gradient: between the two there is no weight in
/// the type that is computed in.
/// </summary>
internal sealed class FrozenLayer : ScopedFunction<FrozenLayer>
{
    /// <summary>The layer's output, without its adapter.</summary>
    public static Tensor Run(AdaptableLayer layer, Tensor input) => apply(layer, input);

    /// <inheritdoc/>
    protected override Tensor Forward(torch.autograd.AutogradContext ctx, object[] arguments)
    {
        var (layer, input) = ((AdaptableLayer)arguments[0], (Tensor)arguments[1]);
        ctx.save_data(nameof(layer), layer);
        ctx.save_for_backward([input]);
        using var scope = torch.NewDisposeScope();
        return layer.Apply(input, layer.Weight, layer.Bias).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override List<Tensor> Backward(torch.autograd.AutogradContext ctx, Tensor outputGradient)
    {
        var layer = (AdaptableLayer)ctx.get_data("layer");
        var input = ctx.get_saved_variables()[0];
        return [null!, input.requires_grad ? layer.InputGradient(input, outputGradient) : null!];
    }
}
