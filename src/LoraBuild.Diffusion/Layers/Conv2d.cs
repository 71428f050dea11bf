namespace LoraBuild.Diffusion.Layers;

/// <summary>A square convolution: input [batch, in, height, width], weight [out, in, kernel, kernel].</summary>
public sealed class Conv2d(string name, Tensor weight, Tensor? bias, long stride = 1, long padding = 0) : AdaptableLayer(name, weight, bias)
{
    private readonly long[] strides = [stride, stride];
    private readonly long[] paddings = [padding, padding];

    /// <summary>The step between outputs, in pixels of the input, along both axes.</summary>
    public long Stride { get; } = stride;

    /// <summary>The zeros added at each edge, in pixels.</summary>
    public long Padding { get; } = padding;

    /// <summary>The height and width of the kernel, in pixels.</summary>
    public long KernelSize { get; } = weight.shape[2];

    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, Tensor weight, Tensor? bias) =>
        nn.functional.conv2d(input, weight, bias, strides: strides, padding: paddings);
}
