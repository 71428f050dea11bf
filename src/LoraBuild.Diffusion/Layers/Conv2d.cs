using LoraBuild.Diffusion.Memory;
using LoraBuild.Torch.Layers;

namespace LoraBuild.Diffusion.Layers;

/// <summary>A square convolution: input [batch, in, height, width], weight [out, in, kernel, kernel].</summary>
public sealed class Conv2d(string name, Tensor weight, Tensor? bias, long stride = 1, long padding = 0) : AdaptableLayer(name, weight, bias)
{
    // Measured on SD1.5's layers: with 2.5 channels a place both take the same time.
    private const double ChannelsPerPlace = 2.5;
    private const long SmallInput = 20_480;
    private const long BlockSize = 16;

    private static readonly bool HasBlocks = !torch.__version__.StartsWith("1.", StringComparison.Ordinal);

    private readonly long[] strides = [stride, stride];
    private readonly long[] paddings = [padding, padding];

    /// <summary>The step between outputs, in pixels of the input, along both axes.</summary>
    public long Stride { get; } = stride;

    /// <summary>The zeros added at each edge, in pixels.</summary>
    public long Padding { get; } = padding;

    /// <summary>The height and width of the kernel, in pixels.</summary>
    public long KernelSize { get; } = weight.shape[2];

    /// <summary>True if each output sees one place of the input only, so that the convolution is a matrix product as it is.</summary>
    internal bool IsPointwise => KernelSize == 1 && Stride == 1 && Padding == 0;

    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, Tensor weight, Tensor? bias) => PrefersColumns(input)
        ? ByColumns(input, weight, bias)
        : Convolve(input, weight, bias);

    /// <inheritdoc/>
    public override Tensor ApplyWithProduct(Tensor input, Tensor down, Tensor up)
    {
        if (!IsCompressed && PrefersColumns(input))
            return ByColumns(input, Weight, Bias, down, up);
        if (!IsCompressed && !input.is_cpu() && FusedLayers.Convolution(input, Weight, Bias, down, up, Stride, Padding) is { } output)
            return output;
        using var scope = torch.NewDisposeScope();
        var inner = Convolve(input, down.view(down.shape[0], -1, KernelSize, KernelSize), null);
        return (IsCompressed ? Apply(input) : Convolve(input, Weight, Bias)).add_(Pointwise(inner, up)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor? TryApplyWithHadamard(
        Tensor input, (Tensor W1A, Tensor W1B, Tensor W2A, Tensor W2B) factors, double scale, bool materialized) =>
        !IsCompressed && (!input.is_cpu() || PrefersColumns(input))
            ? FusedLayers.HadamardLayer(
                input, Weight, Bias, factors.W1A, factors.W1B, factors.W2A, factors.W2B, scale, materialized, Stride, Padding)
            : null;

    /// <summary>A 1 x 1 convolution as a matrix product, whose sums don't depend on the number of threads.</summary>
    /// <param name="input">[batch, in, height, width].</param>
    /// <param name="weight">[out, in].</param>
    /// <returns>[batch, out, height, width].</returns>
    public static Tensor Pointwise(Tensor input, Tensor weight)
    {
        using var scope = torch.NewDisposeScope();
        long batch = input.shape[0], height = input.shape[2], width = input.shape[3];
        return weight.matmul(input.flatten(2)).view(batch, weight.shape[0], height, width).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override DryTensor DryApply(DryRun run, DryTensor input, bool changed = false)
    {
        var cost = changed ? DryChange() : default;
        var working = DryColumns(run, input) + (changed ? 0 : DryDecoding(run));
        return run.Apply(OutputShape(input.Shape), [input], [input], cost with { Forward = working, Backward = cost.Backward + working });
    }

    /// <inheritdoc/>
    public override DryTensor DryApplyWithProduct(DryRun run, DryTensor input, long rank, long made)
    {
        var shape = OutputShape(input.Shape);
        var factors = FactorCount(rank);
        var (inner, columns) = (rank * shape[0] * shape[2] * shape[3], DryColumns(run, input));
        var fused = run.Device != DeviceType.CPU && FusedLayers.SuitProduct(run.Device, run.Type);
        if (!IsCompressed && (fused || DryPrefersColumns(run, input)))
        {
            return run.Apply(
                shape, [input], [input], new(made + inner, Forward: columns, Backward: factors + inner + columns, Trains: true));
        }

        using var scope = run.Scope();
        long[] narrow = [shape[0], rank, shape[2], shape[3]];
        var low = run.Apply(narrow, [input], [input], new(made, Backward: columns, Trains: true));
        var frozen = DryApply(run, input);
        var beside = run.Apply(shape, [low], [], new(Kept: inner, Backward: inner, Trains: true));
        return scope.MoveToOuter(run.AddInPlace(frozen, beside));
    }

    /// <inheritdoc/>
    public override DryTensor? TryDryHadamard(DryRun run, DryTensor input, long rank, bool materialized)
    {
        if (IsCompressed || (run.Device == DeviceType.CPU && !DryPrefersColumns(run, input)))
            return null;
        if (materialized)
            return FusedLayers.Suit(run.Device, run.Type) ? DryApply(run, input, changed: true) : null;
        return FusedLayers.SuitProduct(run.Device, run.Type)
            ? DryApplyWithProduct(run, input, rank * rank, FactorCount(rank * rank))
            : null;
    }

    /// <summary>The height and width of the output, in pixels.</summary>
    internal (long Height, long Width) OutputSize(Tensor input) => OutputSize(input.shape);

    private (long Height, long Width) OutputSize(long[] input) =>
        (((input[2] + (2 * Padding) - KernelSize) / Stride) + 1, ((input[3] + (2 * Padding) - KernelSize) / Stride) + 1);

    /// <inheritdoc/>
    public override long[] OutputShape(long[] input)
    {
        var (height, width) = OutputSize(input);
        return [input[0], Shape[0], height, width];
    }

    private Tensor ByColumns(Tensor input, Tensor weight, Tensor? bias, Tensor? down = null, Tensor? up = null) =>
        FusedLayers.Convolution(input, weight, bias, down, up, Stride, Padding)
            ?? ColumnConvolution.Run(this, input, weight, bias, down, up);

    private Tensor Convolve(Tensor input, Tensor weight, Tensor? bias)
    {
        if (IsMiscounted(input, weight))
            return ColumnConvolution.Run(this, input, weight, bias);
        if (!weight.requires_grad || !IsOnCpu(input))
            return nn.functional.conv2d(input, weight, bias, strides: strides, padding: paddings);
        using var scope = torch.NewDisposeScope();
        var output = nn.functional.conv2d(input, weight.detach(), bias, strides: strides, padding: paddings);
        return ConvolutionWeightGradient.Attach(output, this, input, weight).MoveToOuterDisposeScope();
    }

    // oneDNN, as libtorch 2.10 has it, computes with whole blocks of channels, and on some processors (seen on AMD's Zen 5) with whatever
    // lies in memory behind the last channel: in the output where the inputs are no whole blocks, in the input's gradient where the outputs
    // are none.
    private static bool IsMiscounted(Tensor input, Tensor weight) =>
        HasBlocks && input.device_type == DeviceType.CPU
        && (weight.shape[1] % BlockSize != 0 || (weight.shape[0] % BlockSize != 0 && input.requires_grad));

    private static bool IsOnCpu(Tensor input) => input.device_type == DeviceType.CPU && input.dtype == ScalarType.Float32;

    // On a CPU: oneDNN takes the whole weight into another order at each call, which costs more than the columns where there are few
    // places and many channels; and an operator that is used for very small inputs sums in an order that depends on the threads.
    private bool PrefersColumns(Tensor input) =>
        IsOnCpu(input) && (IsCompressed || !Weight.requires_grad) && PrefersColumns(input.shape);

    private bool PrefersColumns(long[] input)
    {
        var (height, width) = OutputSize(input);
        return IsPointwise
            || (ChannelsPerPlace * input[0] * height * width) <= Shape[0]
            || (input[0] == 1 && input[0] * input[1] * input[2] * input[3] <= SmallInput);
    }

    private bool DryPrefersColumns(DryRun run, DryTensor input) =>
        run.Device == DeviceType.CPU && run.Type == ScalarType.Float32 && PrefersColumns(input.Shape);

    // Those of one sample, where there are any.
    private long DryColumns(DryRun run, DryTensor input)
    {
        if (IsPointwise || !DryPrefersColumns(run, input))
            return 0;
        var (height, width) = OutputSize(input.Shape);
        return Count / Shape[0] * height * width;
    }
}
