using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// A running average kept in 8 bits, as bitsandbytes keeps it: blocks of <see cref="ParameterBuffer.BlockSize"/> elements share a scale,
/// the largest of their absolute values, and each element is one of 256 steps of a <see cref="DynamicMap"/>. All zero at first.
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
    /// <param name="start">The start of the stretch.</param>
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

    private Tensor ScalesOf(long start, long length) =>
        Scales.narrow(0, start / ParameterBuffer.BlockSize, length / ParameterBuffer.BlockSize);
}

/// <summary>
/// The 256 steps of bitsandbytes' dynamic 8-bit types (Dettmers et al., "8-bit Optimizers via Block-wise Quantization", arXiv:2110.02861):
/// for each power of ten from 1e-6 to 1, twice as many evenly spaced steps as for the one below; besides 0 and 1.
/// </summary>
public static class DynamicMap
{
    private const int Decades = 7;

    /// <summary>The steps from -1 to 1, from the smallest to the largest, in bitsandbytes' 32-bit rounding.</summary>
    public static float[] Signed() => [.. Magnitudes(1).SelectMany(step => new[] { step, -step }).Concat([0, 1]).Order()];

    /// <summary>The steps from 0 to 1, for values that are never negative: twice as many of each power of ten.</summary>
    public static float[] Unsigned() => [.. Magnitudes(2).Concat([0, 1]).Order()];

    /// <summary>
    /// The middles between neighbouring steps: a value up to the i-th middle, and above the one before, is nearest to step i.
    /// </summary>
    public static float[] Boundaries(float[] steps) => [.. steps.Zip(steps.Skip(1), (lower, upper) => (lower + upper) / 2)];

    private static IEnumerable<float> Magnitudes(int stepsOfFirstDecade)
    {
        for (var decade = 0; decade < Decades; decade++)
        {
            var magnitude = (float)Math.Pow(10, decade - Decades + 1);
            var bounds = Spaced(0.1f, 1, (stepsOfFirstDecade << decade) + 1);
            for (var i = 0; i + 1 < bounds.Length; i++)
                yield return magnitude * ((bounds[i] + bounds[i + 1]) / 2);
        }
    }

    // torch.linspace counts from both ends towards the middle, in 32 bits and rounding once.
    private static float[] Spaced(float first, float last, int count)
    {
        var distance = (last - first) / (count - 1);
        return
        [
            .. Enumerable.Range(0, count).Select(i => i < count / 2
                ? MathF.FusedMultiplyAdd(distance, i, first)
                : MathF.FusedMultiplyAdd(-distance, count - 1 - i, last)),
        ];
    }
}

/// <summary>
/// The place of each range's state, for optimizers that keep those of large weights in 8 bits and those of small ones in 32.
/// </summary>
internal sealed class StateLayout
{
    /// <summary>The layout for these weights.</summary>
    public StateLayout(ParameterBuffer parameters)
    {
        Large = Places(parameters.Ranges.Where(range => range.IsBlocked), out var largeLength);
        Small = Places(parameters.Ranges.Where(range => !range.IsBlocked), out var smallLength);
        (LargeLength, SmallLength) = (largeLength, smallLength);
    }

    /// <summary>The ranges of large weights, each with the start of its state among those of large weights.</summary>
    public IReadOnlyList<(ParameterRange Range, long Start)> Large { get; }

    /// <summary>The ranges of small weights, each with the start of its state among those of small weights.</summary>
    public IReadOnlyList<(ParameterRange Range, long Start)> Small { get; }

    /// <summary>Elements of large weights.</summary>
    public long LargeLength { get; }

    /// <summary>Elements of small weights.</summary>
    public long SmallLength { get; }

    /// <summary>The state of one weight: in 8 bits with its scales, or in 32.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="large">The states of large weights.</param>
    /// <param name="small">Those of small ones.</param>
    public IEnumerable<Tensor> StateOf(ParameterPlace weight, BlockwiseState[] large, Tensor[] small)
    {
        var (range, start) =
            Large.Concat(Small).Single(place => weight.Start >= place.Range.Start && weight.Start < place.Range.Start + place.Range.Length);
        var first = start + weight.Start - range.Start;
        return range.IsBlocked
            ? large.SelectMany(state => state.Of(first, weight.Shape.Count))
            : small.Select(state => state.narrow(0, first, weight.Shape.Count));
    }

    private static List<(ParameterRange Range, long Start)> Places(IEnumerable<ParameterRange> ranges, out long length)
    {
        var places = new List<(ParameterRange, long)>();
        length = 0;
        foreach (var range in ranges)
        {
            places.Add((range, length));
            length += range.Length;
        }

        return places;
    }
}
