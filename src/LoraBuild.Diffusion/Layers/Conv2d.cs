namespace LoraBuild.Diffusion.Layers;

/// <summary>A square convolution: input [batch, in, height, width], weight [out, in, kernel, kernel].</summary>
public sealed class Conv2d(string name, Tensor weight, Tensor? bias, long stride = 1, long padding = 0) : AdaptableLayer(name, weight, bias)
{
    // Measured on SD1.5's layers: with 2.5 channels a place both take the same time.
    private const double ChannelsPerPlace = 2.5;
    private const long SmallInput = 20_480;

    private readonly long[] strides = [stride, stride];
    private readonly long[] paddings = [padding, padding];

    /// <summary>The step between outputs, in pixels of the input, along both axes.</summary>
    public long Stride { get; } = stride;

    /// <summary>The zeros added at each edge, in pixels.</summary>
    public long Padding { get; } = padding;

    /// <summary>The height and width of the kernel, in pixels.</summary>
    public long KernelSize { get; } = weight.shape[2];

    /// <summary>Whether each output sees one place of the input only, so that the convolution is a matrix product as it is.</summary>
    internal bool IsPointwise => KernelSize == 1 && Stride == 1 && Padding == 0;

    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, Tensor weight, Tensor? bias) => ReferenceEquals(weight, Weight) && PrefersColumns(input)
        ? ColumnConvolution.Run(this, input, weight, bias)
        : Convolve(input, weight, bias);

    /// <inheritdoc/>
    public override Tensor ApplyWithProduct(Tensor input, Tensor down, Tensor up)
    {
        if (PrefersColumns(input))
            return ColumnConvolution.Run(this, input, Weight, Bias, down, up);
        using var scope = torch.NewDisposeScope();
        var (rank, outputs) = (down.shape[0], up.shape[0]);
        var inner = Convolve(input, down.view(rank, -1, KernelSize, KernelSize), null);
        var change = nn.functional.conv2d(inner, up.view(outputs, rank, 1, 1));
        return Convolve(input, Weight, Bias).add_(change).MoveToOuterDisposeScope();
    }

    /// <summary>The height and width of the output, in pixels.</summary>
    internal (long Height, long Width) OutputSize(Tensor input) =>
        (((input.shape[2] + (2 * Padding) - KernelSize) / Stride) + 1, ((input.shape[3] + (2 * Padding) - KernelSize) / Stride) + 1);

    private Tensor Convolve(Tensor input, Tensor weight, Tensor? bias) =>
        nn.functional.conv2d(input, weight, bias, strides: strides, padding: paddings);

    // On a CPU: oneDNN takes the whole weight into another order at each call, which costs more than the columns where there are few
    // places and many channels; and an operator that is used for very small inputs sums in an order that depends on the threads.
    private bool PrefersColumns(Tensor input)
    {
        if (input.device_type != DeviceType.CPU || input.dtype != ScalarType.Float32 || Weight.requires_grad)
            return false;
        var (height, width) = OutputSize(input);
        return IsPointwise
            || (ChannelsPerPlace * input.shape[0] * height * width) <= Weight.shape[0]
            || (input.shape[0] == 1 && input.numel() <= SmallInput);
    }
}
