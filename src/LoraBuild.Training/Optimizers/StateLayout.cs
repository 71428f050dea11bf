using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>Where each range's state lies, for optimizers that keep those of large weights in 8 bits and those of small ones in 32.</summary>
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
        var (range, start) = Large.Concat(Small).Single(place => weight.Start >= place.Range.Start && weight.Start < place.Range.Start + place.Range.Length);
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
