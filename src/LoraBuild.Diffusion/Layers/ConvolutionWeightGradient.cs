namespace LoraBuild.Diffusion.Layers;

/// <summary>
/// The gradient of a convolution to its weight, as a product of the columns that the kernel saw: oneDNN's divides its sums by the number of
/// threads.
/// </summary>
internal sealed class ConvolutionWeightGradient : torch.autograd.SingleTensorFunction<ConvolutionWeightGradient>
{
    /// <inheritdoc/>
    public override string Name => nameof(ConvolutionWeightGradient);

    /// <summary>The same output, from which a gradient flows to the weight as well.</summary>
    /// <param name="output">[batch, out, height', width'], computed without a gradient to the weight.</param>
    /// <param name="layer">Whose kernel size, stride and padding to take.</param>
    /// <param name="input">[batch, in, height, width].</param>
    /// <param name="weight">[out, in, kernel, kernel].</param>
    public static Tensor Attach(Tensor output, Conv2d layer, Tensor input, Tensor weight) => apply(layer, output, input.detach(), weight);

    /// <inheritdoc/>
    public override Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var (output, input, weight) = ((Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3]);
        ctx.save_data("layer", vars[0]);
        ctx.save_data("shape", weight.shape);
        ctx.save_for_backward([input]);
        return output.alias();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(torch.autograd.AutogradContext ctx, Tensor grad_output)
    {
        var layer = (Conv2d)ctx.get_data("layer");
        var shape = (long[])ctx.get_data("shape");
        var input = ctx.get_saved_variables()[0];
        Tensor? sum = null;
        for (var i = 0; i < input.shape[0]; i++)
        {
            using var one = torch.NewDisposeScope();
            var term = grad_output.select(0, i).reshape(shape[0], -1).mm(ColumnConvolution.Columns(layer, input, i).t());
            sum = sum is null ? term.MoveToOuterDisposeScope() : sum.add_(term);
        }

        return [null!, grad_output.alias(), null!, sum!.view(shape)];
    }
}
