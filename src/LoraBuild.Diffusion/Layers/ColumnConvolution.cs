using LoraBuild.Diffusion.Checkpointing;

namespace LoraBuild.Diffusion.Layers;

/// <summary>
/// A convolution as a matrix product (im2col: Chellapilla et al., "High Performance Convolutional Neural Networks for
/// Document Processing", 2006), with a product of low rank beside it that shares the columns. Each sample is computed by itself.
/// </summary>
/// <remarks>
/// Only the input is kept for the way back: the columns are as many times larger as the kernel has places, and are made again.
/// </remarks>
internal sealed class ColumnConvolution : ScopedFunction<ColumnConvolution>
{
    /// <summary>The output.</summary>
    /// <param name="layer">Whose kernel size, stride and padding to take.</param>
    /// <param name="input">[batch, in, height, width].</param>
    /// <param name="weight">[out, in, kernel, kernel].</param>
    /// <param name="bias">[out] or null; gets no gradient.</param>
    /// <param name="down">[rank, in x kernel x kernel], or null without a product.</param>
    /// <param name="up">[out, rank], or null.</param>
    /// <returns>[batch, out, height', width'].</returns>
    public static Tensor Run(Conv2d layer, Tensor input, Tensor weight, Tensor? bias, Tensor? down = null, Tensor? up = null) =>
        apply(layer, input, down!, up!, weight, bias!);

    /// <inheritdoc/>
    protected override Tensor Forward(torch.autograd.AutogradContext ctx, object[] arguments)
    {
        var (layer, input, down, up, weight, bias) =
        (
            (Conv2d)arguments[0], (Tensor)arguments[1], (Tensor?)arguments[2], (Tensor?)arguments[3], (Tensor)arguments[4],
            (Tensor?)arguments[5]);
        ctx.save_for_backward(down is null ? [input, weight] : [input, weight, down, up!]);
        ctx.save_data(nameof(layer), layer);

        using var scope = torch.NewDisposeScope();
        var (outputs, matrix) = (weight.shape[0], weight.reshape(weight.shape[0], -1));
        var (height, width) = layer.OutputSize(input);
        long[] shape = [input.shape[0], outputs, height, width];
        // The result itself, not a view of one: what comes after may change it in place.
        var result = torch.zeros(shape, dtype: input.dtype, device: input.device);
        if (bias is not null)
            result.add_(bias.view(1, -1, 1, 1));
        for (var i = 0; i < shape[0]; i++)
        {
            using var one = torch.NewDisposeScope();
            var columns = Columns(layer, input, i);
            var sample = result.select(0, i).view(outputs, -1).addmm_(matrix, columns);
            if (down is not null)
                sample.addmm_(up!, down.mm(columns));
        }

        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override List<Tensor> Backward(torch.autograd.AutogradContext ctx, Tensor outputGradient)
    {
        var layer = (Conv2d)ctx.get_data("layer");
        var saved = ctx.get_saved_variables();
        var (input, weight) = (saved[0], saved[1]);
        var (down, up) = saved.Count == 2 ? (null, null) : (saved[2], saved[3]);
        var matrix = weight.reshape(weight.shape[0], -1).t();
        Tensor? inputGradient = null, downGradient = null, upGradient = null, weightGradient = null;
        var samples = new List<Tensor>();
        for (var i = 0; i < input.shape[0]; i++)
        {
            using var one = torch.NewDisposeScope();
            var gradient = outputGradient.select(0, i).reshape(weight.shape[0], -1);
            var inner = down is null ? null : up!.t().mm(gradient);
            if (input.requires_grad)
            {
                var spread = matrix.mm(gradient);
                if (inner is not null)
                    spread.addmm_(down!.t(), inner);
                samples.Add(Gathered(layer, spread, input).MoveToOuterDisposeScope());
                spread.Dispose();
            }

            if (inner is null && !weight.requires_grad)
                continue;
            var columns = Columns(layer, input, i);
            if (weight.requires_grad)
                weightGradient = Sum(weightGradient, gradient.mm(columns.t()));
            if (inner is null)
                continue;
            upGradient = Sum(upGradient, gradient.mm(down!.mm(columns).t()));
            downGradient = Sum(downGradient, inner.mm(columns.t()));
        }

        if (samples.Count > 0)
            inputGradient = samples.Count == 1 ? samples[0] : torch.cat(samples);
        return [null!, inputGradient!, downGradient!, upGradient!, weightGradient?.view(weight.shape)!, null!];
    }

    /// <summary>Lists the inputs of the kernel at each of its places for one sample, [in x kernel x kernel, height' x width'].</summary>
    internal static Tensor Columns(Conv2d layer, Tensor input, long index)
    {
        var sample = input.narrow(0, index, 1);
        return layer.IsPointwise
            ? sample.reshape(input.shape[1], -1)
            : nn.functional.unfold(sample, layer.KernelSize, 1, layer.Padding, layer.Stride).squeeze(0);
    }

    private static Tensor Gathered(Conv2d layer, Tensor columns, Tensor input)
    {
        var (height, width) = (input.shape[2], input.shape[3]);
        return layer.IsPointwise
            ? columns.view(1, input.shape[1], height, width)
            : nn.functional.fold(
                columns.unsqueeze(0),
                (height, width),
                (layer.KernelSize, layer.KernelSize),
                padding: (layer.Padding, layer.Padding),
                stride: (layer.Stride, layer.Stride));
    }

    private static Tensor Sum(Tensor? sum, Tensor term) => sum is null ? term.MoveToOuterDisposeScope() : sum.add_(term);
}
