using LoraBuild.Diffusion.Checkpointing;

namespace LoraBuild.Diffusion.Layers;

/// <summary>
/// The gradient of a convolution to its weight, as a product of the columns that the kernel saw: oneDNN's divides its sums by the number of
/// threads.
/// </summary>
internal sealed class ConvolutionWeightGradient : ScopedFunction<ConvolutionWeightGradient>
{
    /// <summary>The same output, from which a gradient flows to the weight as well.</summary>
    /// <param name="output">[batch, out, height', width'], computed without a gradient to the weight.</param>
    /// <param name="layer">Whose kernel size, stride and padding to take.</param>
    /// <param name="input">[batch, in, height, width].</param>
    /// <param name="weight">[out, in, kernel, kernel].</param>
    public static Tensor Attach(Tensor output, Conv2d layer, Tensor input, Tensor weight) => apply(layer, output, input.detach(), weight);

    /// <inheritdoc/>
    protected override Tensor Forward(torch.autograd.AutogradContext ctx, object[] arguments)
    {
        var (output, input, weight) = ((Tensor)arguments[1], (Tensor)arguments[2], (Tensor)arguments[3]);
        ctx.save_data("layer", arguments[0]);
        ctx.save_data("shape", weight.shape);
        ctx.save_for_backward([input]);
        return output.alias();
    }

    /// <inheritdoc/>
    protected override List<Tensor> Backward(torch.autograd.AutogradContext ctx, Tensor outputGradient)
    {
        var layer = (Conv2d)ctx.get_data("layer");
        var shape = (long[])ctx.get_data("shape");
        var input = ctx.get_saved_variables()[0];
        Tensor? sum = null;
        for (var i = 0; i < input.shape[0]; i++)
        {
            using var one = torch.NewDisposeScope();
            var term = outputGradient.select(0, i).reshape(shape[0], -1).mm(ColumnConvolution.Columns(layer, input, i).t());
            sum = sum is null ? term.MoveToOuterDisposeScope() : sum.add_(term);
        }

        return [null!, outputGradient.alias(), null!, sum!.view(shape)];
    }
}
