using System.Runtime.InteropServices;

namespace LoraBuild.Training.Parameters;

/// <summary>
/// All trained weights in one flat buffer, of 32 bits if not asked otherwise, and all their gradients in another, so that a step of the
/// optimizer, the gradients' norm and a saved state are a handful of operators whatever the number of adapters. Each weight is a view,
/// and a leaf of the autograd graph whose gradient is a view as well.
/// </summary>
public sealed class ParameterBuffer : IDisposable
{
    /// <summary>bitsandbytes' block: so many elements share one scale.</summary>
    public const int BlockSize = 256;

    /// <summary>bitsandbytes' <c>min_8bit_size</c>: smaller weights keep a 32-bit state.</summary>
    public const int MinBlockedCount = 4096;

    private readonly Dictionary<string, Tensor> parameters = [];
    private readonly List<Tensor> gradientViews = [];

    private readonly IReadOnlyList<ParameterPlace> places;
    private readonly bool ownsValues;

    /// <summary>Room for these weights, all zero.</summary>
    /// <param name="shapes">The weights.</param>
    /// <param name="device">The device that they lie on.</param>
    /// <param name="type">The type of the weights and their gradients.</param>
    public ParameterBuffer(IReadOnlyList<ParameterShape> shapes, Device device, ScalarType type = ScalarType.Float32)
    {
        var ranges = new List<ParameterRange>();
        var found = new List<ParameterPlace>();
        var end = 0L;
        foreach (var alike in shapes.GroupBy(shape => (shape.Group, shape.RateFactor, IsBlocked: shape.Count >= MinBlockedCount))
            .OrderBy(range => range.Key))
        {
            var start = end;
            foreach (var shape in alike)
            {
                found.Add(new(shape, end));
                end = alike.Key.IsBlocked ? RoundUp(end + shape.Count) : end + shape.Count;
            }

            end = RoundUp(end);
            ranges.Add(new(alike.Key.Group, alike.Key.IsBlocked, start, end - start, alike.Key.RateFactor));
        }

        places = found;
        ownsValues = true;
        Ranges = [.. ranges.Where(range => range.Group != ParameterGroup.Untrained)];
        Values = zeros(end, dtype: type, device: device).DetachFromDisposeScope();
        Gradients = zeros(Ranges.Sum(range => range.Length), dtype: type, device: device).DetachFromDisposeScope();
        AddViews();
    }

    private ParameterBuffer(ParameterBuffer other)
    {
        places = other.places;
        Ranges = other.Ranges;
        Values = other.Values;
        Gradients = zeros_like(other.Gradients).DetachFromDisposeScope();
        AddViews();
    }

    /// <summary>Every weight, [elements].</summary>
    public Tensor Values { get; }

    /// <summary>
    /// The gradient of every trained weight, [trained elements]: the same places as at the start of <see cref="Values"/>.
    /// </summary>
    public Tensor Gradients { get; }

    /// <summary>The trained stretches, in order: text encoder first; within a group and factor small weights, then large ones.</summary>
    public IReadOnlyList<ParameterRange> Ranges { get; }

    /// <summary>
    /// A line for each weight, its name, shape and first element: buffers of the same layout can take each other's values.
    /// </summary>
    public IEnumerable<string> Layout =>
        places.Select(place => $"{place.Shape.Name} [{string.Join(',', place.Shape.Shape)}] at {place.Start}");

    /// <summary>The trained weights, in the order of the buffers.</summary>
    public IEnumerable<ParameterShape> Trained =>
        places.Select(place => place.Shape).Where(shape => shape.Group != ParameterGroup.Untrained);

    /// <summary>The places of the trained weights of a layer.</summary>
    /// <param name="layer">The layer's name, with which theirs begin.</param>
    public IEnumerable<ParameterPlace> TrainedOf(string layer) => places.Where(
        place => place.Shape.Group != ParameterGroup.Untrained && place.Shape.Name.StartsWith(layer + ".", StringComparison.Ordinal));

    /// <summary>A weight by its name; a view of <see cref="Values"/>.</summary>
    public Tensor this[string name] => parameters[name];

    /// <summary>The same weights, with gradients of its own: for another part of the batch that is computed at the same time.</summary>
    public ParameterBuffer Twin() => new(this);

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients() => Gradients.zero_();

    /// <summary>The length (L2 norm) of all gradients together; not a number, or infinite, where a gradient is.</summary>
    /// <remarks>Sums block by block, so that the number of threads does not change a bit.</remarks>
    public double GradientNorm()
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var blocks = Widened.Read(Gradients.view(-1, BlockSize)).square().sum(1).cpu();
        var sum = 0.0;
        foreach (var block in MemoryMarshal.Cast<byte, float>(blocks.bytes))
            sum += block;
        return Math.Sqrt(sum);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var view in parameters.Values.Concat(gradientViews))
            view.Dispose();
        if (ownsValues)
            Values.Dispose();
        Gradients.Dispose();
    }

    private void AddViews()
    {
        foreach (var (shape, start) in places)
        {
            var view = Values.narrow(0, start, shape.Count).view([.. shape.Shape]).detach().DetachFromDisposeScope();
            parameters.Add(shape.Name, view);
            if (shape.Group == ParameterGroup.Untrained)
                continue;
            view.requires_grad_();
            var gradient = Gradients.narrow(0, start, shape.Count).view([.. shape.Shape]).DetachFromDisposeScope();
            view.grad = gradient;
            gradientViews.Add(gradient);
        }
    }

    private static long RoundUp(long count) => (count + BlockSize - 1) / BlockSize * BlockSize;
}

/// <summary>The place of a weight in the flat buffers.</summary>
/// <param name="Shape">The weight.</param>
/// <param name="Start">Its first element.</param>
public sealed record ParameterPlace(ParameterShape Shape, long Start)
{
    /// <summary>The weight's elements in a flat buffer, as a view.</summary>
    public Tensor Of(Tensor buffer) => buffer.narrow(0, Start, Shape.Count);
}

/// <summary>A stretch of the flat buffers whose weights are treated alike.</summary>
/// <param name="Group">The weights' group.</param>
/// <param name="IsBlocked">
/// True if it holds large weights, each filled up with zeros to whole blocks of <see cref="ParameterBuffer.BlockSize"/> elements, or small
/// ones, of which only the last is.
/// </param>
/// <param name="Start">First element.</param>
/// <param name="Length">Number of elements.</param>
/// <param name="RateFactor">The factor of the group's learning rate.</param>
public sealed record ParameterRange(ParameterGroup Group, bool IsBlocked, long Start, long Length, double RateFactor = 1)
{
    /// <summary>The learning rate of these weights.</summary>
    /// <param name="ofGroup">The learning rate of each group.</param>
    public double LearningRate(Func<ParameterGroup, double> ofGroup) => ofGroup(Group) * RateFactor;

    /// <summary>This stretch of a flat buffer, as a view.</summary>
    public Tensor Of(Tensor buffer) => buffer.narrow(0, Start, Length);
}

/// <summary>A weight to make room for.</summary>
/// <param name="Name">The name that a LoRA file keeps it under, such as <c>lora_unet_conv_in.hada_w1_a</c>.</param>
/// <param name="Group">Its group.</param>
/// <param name="Shape">Its shape; none for a scalar.</param>
/// <param name="RateFactor">The factor of its group's learning rate.</param>
public sealed record ParameterShape(string Name, ParameterGroup Group, IReadOnlyList<long> Shape, double RateFactor = 1)
{
    /// <summary>The number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, side) => product * side);
}
