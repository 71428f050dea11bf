using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// A running average kept in 8 bits, as bitsandbytes keeps it: blocks of <see cref="ParameterBuffer.BlockSize"/> elements share a scale, the
/// largest of their absolute values, and each element is one of 256 steps of a <see cref="DynamicMap"/>. All zero at first.
/// </summary>
internal sealed class BlockwiseState : IDisposable
{
    // The smallest normal number: what zeros can be divided by, also where the processor takes smaller numbers for zero.
    private const float SmallestScale = 1.17549435e-38f;

    private readonly Tensor map;
    private readonly Tensor boundaries;

    /// <summary>Room for so many elements, whole blocks.</summary>
    public BlockwiseState(long length, float[] steps, Device device)
    {
        using var scope = NewDisposeScope();
        map = tensor(steps, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        boundaries = tensor(DynamicMap.Boundaries(steps), dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        Codes = full(length, (float)Array.IndexOf(steps, 0f), dtype: ScalarType.Byte, device: device).DetachFromDisposeScope();
        Scales = zeros(length / ParameterBuffer.BlockSize, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
    }

    /// <summary>The step of every element, [length], bytes.</summary>
    public Tensor Codes { get; }

    /// <summary>The scale of every block, [length / 256], float32.</summary>
    public Tensor Scales { get; }

    /// <summary>The values of a stretch of whole blocks, [length].</summary>
    public Tensor Decode(long start, long length)
    {
        using var scope = NewDisposeScope();
        return map.index_select(0, CodesOf(start, length).to_type(ScalarType.Int32))
            .view(-1, ParameterBuffer.BlockSize)
            .mul_(ScalesOf(start, length).unsqueeze(1))
            .view(-1)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Keeps new values of a stretch of whole blocks.</summary>
    /// <param name="values">[length]; overwritten.</param>
    /// <param name="start">Where the stretch starts.</param>
    public void Encode(Tensor values, long start)
    {
        using var scope = NewDisposeScope();
        var blocks = values.view(-1, ParameterBuffer.BlockSize);
        var scales = ScalesOf(start, values.numel());
        scales.copy_(blocks.abs().amax([1]));
        // A block of zeros has the scale 0; its elements are 0 whatever they are divided by.
        var divisors = scales.clamp_min(SmallestScale).unsqueeze(1);
        CodesOf(start, values.numel()).copy_(blocks.div_(divisors).view(-1).bucketize(boundaries, outInt32: true));
    }

    /// <summary>Codes and scales of a weight, which begins with a block, as views.</summary>
    /// <param name="start">Its first element.</param>
    /// <param name="count">Its elements; the rest of its last block is nobody's.</param>
    public IEnumerable<Tensor> Of(long start, long count)
    {
        var length = (count + ParameterBuffer.BlockSize - 1) / ParameterBuffer.BlockSize * ParameterBuffer.BlockSize;
        return [CodesOf(start, length), ScalesOf(start, length)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in (Tensor[])[map, boundaries, Codes, Scales])
            buffer.Dispose();
    }

    private Tensor CodesOf(long start, long length) => Codes.narrow(0, start, length);

    private Tensor ScalesOf(long start, long length) => Scales.narrow(0, start / ParameterBuffer.BlockSize, length / ParameterBuffer.BlockSize);
}
