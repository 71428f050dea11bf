using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// <see cref="Lion"/> with its momentum in 8 bits, as bitsandbytes' <c>Lion8bit</c> keeps it: in blocks of 256 elements that share a scale,
/// each element one of 256 steps of <see cref="DynamicMap"/>. Weights under 4096 elements keep theirs in 32 bits.
/// </summary>
public sealed class Lion8bit : IOptimizer
{
    // The smallest normal number: what zeros can be divided by, also where the processor takes smaller numbers for zero.
    private const float SmallestScale = 1.17549435e-38f;

    private readonly ParameterBuffer parameters;
    private readonly LionRates rates;
    private readonly IReadOnlyList<(ParameterRange Range, long Start)> blocked;
    private readonly IReadOnlyList<(ParameterRange Range, long Start)> small;
    private readonly Tensor map;
    private readonly Tensor boundaries;
    private readonly Tensor codes;
    private readonly Tensor scales;
    private readonly Tensor momentum;

    /// <summary>An optimizer over these weights.</summary>
    public Lion8bit(ParameterBuffer parameters, LionRates rates)
    {
        this.parameters = parameters;
        this.rates = rates;
        blocked = Places(parameters.Ranges.Where(range => range.IsBlocked), out var blockedLength);
        small = Places(parameters.Ranges.Where(range => !range.IsBlocked), out var smallLength);

        using var scope = NewDisposeScope();
        var device = parameters.Values.device;
        var steps = DynamicMap.Signed();
        map = tensor(steps, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        boundaries = tensor(DynamicMap.Boundaries(steps), dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        codes = full(blockedLength, DynamicMap.Zero, dtype: ScalarType.Byte, device: device).DetachFromDisposeScope();
        scales = zeros(blockedLength / ParameterBuffer.BlockSize, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        momentum = zeros(smallLength, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        State = new Dictionary<string, Tensor> { ["codes"] = codes, ["scales"] = scales, ["momentum"] = momentum };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (range, start) in small)
        {
            rates.Update(
                range.Of(parameters.Values), range.Of(parameters.Gradients), momentum.narrow(0, start, range.Length), range.LearningRate(learningRate));
        }

        foreach (var (range, start) in blocked)
        {
            var rangeCodes = codes.narrow(0, start, range.Length);
            var rangeScales = scales.narrow(0, start / ParameterBuffer.BlockSize, range.Length / ParameterBuffer.BlockSize);
            var decoded = map.index_select(0, rangeCodes.to_type(ScalarType.Int32)).view(-1, ParameterBuffer.BlockSize).mul_(rangeScales.unsqueeze(1));
            rates.Update(range.Of(parameters.Values), range.Of(parameters.Gradients), decoded.view(-1), range.LearningRate(learningRate));
            Encode(decoded, rangeCodes, rangeScales);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in (Tensor[])[map, boundaries, codes, scales, momentum])
            buffer.Dispose();
    }

    private void Encode(Tensor blocks, Tensor rangeCodes, Tensor rangeScales)
    {
        rangeScales.copy_(blocks.abs().amax([1]));
        // A block of zeros has the scale 0; its elements are 0 whatever they are divided by.
        var divisors = rangeScales.clamp_min(SmallestScale).unsqueeze(1);
        rangeCodes.copy_(blocks.div_(divisors).view(-1).bucketize(boundaries, outInt32: true));
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
