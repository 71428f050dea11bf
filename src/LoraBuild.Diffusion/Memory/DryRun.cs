namespace LoraBuild.Diffusion.Memory;

/// <summary>
/// A pass through a model, and back, with shapes alone: it counts the bytes that a training step would take beyond the weights. Each
/// layer says what it makes and what it keeps for the way back. As in a real pass a scope's tensors live until it ends, tensors that are
/// kept until their node is done with, gradients until they are taken over.
/// </summary>
/// <param name="device">The device of the pass.</param>
/// <param name="type">The type that is computed in.</param>
public sealed class DryRun(DeviceType device, ScalarType type)
{
    private readonly Stack<List<Storage>> scopes = new([[]]);
    private List<Node>? tape;
    private long live;

    /// <summary>The device of the pass.</summary>
    public DeviceType Device => device;

    /// <summary>The type that is computed in.</summary>
    public ScalarType Type => type;

    /// <summary>The bytes of an element.</summary>
    public long ElementSize { get; } = SizeOf(type);

    /// <summary>The most bytes that there were at one time.</summary>
    public long Peak { get; private set; }

    /// <summary>The bytes of an element of a type that models compute in.</summary>
    public static long SizeOf(ScalarType type) => type switch
    {
        ScalarType.Float64 => sizeof(double),
        ScalarType.Float32 => sizeof(float),
        _ => sizeof(ushort),
    };

    /// <summary>Runs a pass whose loss is made of the result, and the way back.</summary>
    /// <param name="forward">The pass.</param>
    public void RunBothWays(Func<DryTensor> forward)
    {
        using var scope = Scope();
        tape = [];
        var loss = forward();
        GoBack(tape, loss, New(loss.Shape).Storage);
        tape = null;
    }

    /// <summary>Opens a scope, at whose end the tensors that were made in it are freed.</summary>
    public DryScope Scope()
    {
        scopes.Push([]);
        return new(this);
    }

    /// <summary>A new tensor that gets no gradient.</summary>
    public DryTensor New(params long[] shape) => Own(new(shape, needsGradient: false, Take(Bytes(shape))));

    /// <summary>A tensor that is there anyhow: it takes nothing here and gets no gradient.</summary>
    public DryTensor Given(params long[] shape) => Own(new(shape, needsGradient: false, new(0)));

    /// <summary>The output of an operator.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="inputs">The tensors that gradients go to, where they need one.</param>
    /// <param name="saves">The tensors that are kept for the way back.</param>
    /// <param name="cost">The operator's further needs.</param>
    public DryTensor Apply(long[] shape, IReadOnlyList<DryTensor> inputs, IReadOnlyList<DryTensor>? saves = null, DryCost cost = default)
    {
        var recorded = tape is not null && (cost.Trains || inputs.Any(input => input.NeedsGradient));
        var result = Own(new(shape, recorded, Take(Bytes(shape))));
        var kept = Take(cost.Kept * ElementSize);
        Touch(cost.Forward * ElementSize);
        if (recorded)
        {
            foreach (var tensor in saves ?? [])
                tensor.Storage.Holders++;
            kept.Holders++;
            tape!.Add(new(
                result, inputs, [.. (saves ?? []).Select(tensor => tensor.Storage), kept],
                gradient => Return(inputs, gradient, input => Take(input.Count * ElementSize), cost.Backward * ElementSize)));
        }

        Release(kept);
        return result;
    }

    /// <summary>The same elements in another shape.</summary>
    public DryTensor View(DryTensor tensor, params long[] shape) => Shared(shape, [tensor], tensor.Storage);

    /// <summary>The sum of tensors of which the second may be spread over the first.</summary>
    public DryTensor Add(DryTensor first, DryTensor second) => Shared(first.Shape, [first, second], null);

    /// <summary>Adds to the first; no new tensor.</summary>
    public DryTensor AddInPlace(DryTensor first, DryTensor second) => Shared(first.Shape, [first, second], first.Storage);

    /// <summary>Tensors one behind the other along an axis; their gradients are views of the whole's.</summary>
    public DryTensor Concat(int axis, params DryTensor[] tensors)
    {
        long[] shape = [.. tensors[0].Shape];
        shape[axis] = tensors.Sum(tensor => tensor.Shape[axis]);
        return Shared(shape, tensors, null, isWhole: true);
    }

    /// <summary>An operator on each element that keeps its input or its output.</summary>
    public DryTensor Activate(DryTensor input, bool keepsOutput = false)
    {
        var output = Apply(input.Shape, [input], keepsOutput ? [] : [input]);
        if (keepsOutput && output.NeedsGradient)
            KeepMore(output);
        return output;
    }

    /// <summary>A part that keeps its inputs alone and is run again on the way back.</summary>
    public DryTensor Checkpoint(Func<DryTensor, DryTensor, DryTensor> function, DryTensor first, DryTensor second)
    {
        if (tape is not { } outer)
            return function(first, second);
        tape = null;
        var result = function(first, second);
        tape = outer;
        var output = Own(new(result.Shape, needsGradient: true, result.Storage));
        output.Storage.Holders++;
        DryTensor[] inputs = [first, second];
        foreach (var input in inputs)
            input.Storage.Holders++;
        outer.Add(new(output, inputs, [first.Storage, second.Storage], gradient => RunAgain(function, inputs, gradient)));
        return output;
    }

    internal void Close(DryTensor? moved)
    {
        var made = scopes.Pop();
        if (moved is not null && made.Remove(moved.Storage))
            scopes.Peek().Add(moved.Storage);
        foreach (var storage in made)
            Release(storage);
    }

    private List<(DryTensor Input, Storage Gradient)> RunAgain(
        Func<DryTensor, DryTensor, DryTensor> function, DryTensor[] inputs, Storage gradient)
    {
        using var scope = Scope();
        var outer = tape;
        var inner = tape = [];
        var again = inputs.Select(input => new DryTensor(input.Shape, input.NeedsGradient, input.Storage)).ToArray();
        var output = function(again[0], again[1]);
        gradient.Holders++;
        var found = GoBack(inner, output, gradient);
        tape = outer;
        Release(gradient);
        return [.. again.Zip(inputs).Where(pair => found.ContainsKey(pair.First)).Select(pair => (pair.Second, found[pair.First]))];
    }

    // The gradients of what no node of the tape made.
    private Dictionary<DryTensor, Storage> GoBack(List<Node> nodes, DryTensor output, Storage seed)
    {
        var gradients = new Dictionary<DryTensor, Storage> { [output] = seed };
        seed.Holders++;
        var recording = tape;
        tape = null;
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            var node = nodes[i];
            if (gradients.Remove(node.Output, out var gradient))
            {
                foreach (var (input, given) in node.Back(gradient))
                    Accumulate(gradients, input, given);
                Release(gradient);
            }

            foreach (var storage in node.Kept)
                Release(storage);
        }

        tape = recording;
        return gradients;
    }

    private void Accumulate(Dictionary<DryTensor, Storage> gradients, DryTensor tensor, Storage given)
    {
        if (!gradients.TryGetValue(tensor, out var sum))
        {
            gradients[tensor] = given;
        }
        else if (sum.Holders == 1)
        {
            Release(given);
        }
        else
        {
            gradients[tensor] = Take(tensor.Count * ElementSize);
            Release(sum);
            Release(given);
        }
    }

    private List<(DryTensor Input, Storage Gradient)> Return(
        IReadOnlyList<DryTensor> inputs, Storage gradient, Func<DryTensor, Storage> make, long workspace)
    {
        var given = inputs.Where(input => input.NeedsGradient).Select(input => (input, make(input))).ToList();
        Touch(workspace);
        return given;
    }

    private DryTensor Shared(long[] shape, IReadOnlyList<DryTensor> inputs, Storage? storage, bool isWhole = false)
    {
        var recorded = tape is not null && inputs.Any(input => input.NeedsGradient);
        if (storage is not null)
            storage.Holders++;
        var result = Own(new(shape, recorded, storage ?? Take(Bytes(shape))));
        if (recorded)
        {
            tape!.Add(new(result, inputs, [], gradient => Return(
                inputs, gradient,
                input =>
                {
                    // What was spread over the whole gets a sum.
                    if (!isWhole && input.Count < result.Count)
                        return Take(input.Count * ElementSize);
                    gradient.Holders++;
                    return gradient;
                },
                0)));
        }

        return result;
    }

    private void KeepMore(DryTensor output)
    {
        output.Storage.Holders++;
        tape![^1] = tape[^1] with { Kept = [.. tape[^1].Kept, output.Storage] };
    }

    private DryTensor Own(DryTensor tensor)
    {
        scopes.Peek().Add(tensor.Storage);
        return tensor;
    }

    private long Bytes(long[] shape) => DryTensor.CountOf(shape) * ElementSize;

    private Storage Take(long bytes)
    {
        live += bytes;
        Peak = Math.Max(Peak, live);
        return new(bytes);
    }

    private void Touch(long bytes) => Peak = Math.Max(Peak, live + bytes);

    private void Release(Storage storage)
    {
        if (--storage.Holders == 0)
            live -= storage.Bytes;
    }

    /// <summary>Memory with the number of tensors, nodes and gradients that hold it; made with one.</summary>
    internal sealed class Storage(long bytes)
    {
        public long Bytes => bytes;

        public int Holders { get; set; } = 1;
    }

    private sealed record Node(
        DryTensor Output, IReadOnlyList<DryTensor> Inputs, IReadOnlyList<Storage> Kept,
        Func<Storage, List<(DryTensor Input, Storage Gradient)>> Back);
}

/// <summary>A tensor of a <see cref="DryRun"/>: a shape without values.</summary>
public sealed class DryTensor
{
    internal DryTensor(long[] shape, bool needsGradient, DryRun.Storage storage) =>
        (Shape, NeedsGradient, Storage) = (shape, needsGradient, storage);

    /// <summary>The sizes.</summary>
    public long[] Shape { get; }

    /// <summary>The number of elements.</summary>
    public long Count => CountOf(Shape);

    /// <summary>True if a gradient flows through it.</summary>
    public bool NeedsGradient { get; }

    internal DryRun.Storage Storage { get; }

    internal static long CountOf(IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>The needs of an operator besides its output and the gradients of its inputs, in elements.</summary>
/// <param name="Kept">Values that it makes and keeps for the way back.</param>
/// <param name="Forward">Values that it makes for itself.</param>
/// <param name="Backward">The same on the way back.</param>
/// <param name="Trains">True if weights of its own get gradients.</param>
public readonly record struct DryCost(long Kept = 0, long Forward = 0, long Backward = 0, bool Trains = false);

/// <summary>A scope of a <see cref="DryRun"/>.</summary>
public sealed class DryScope : IDisposable
{
    private readonly DryRun run;
    private DryTensor? moved;

    internal DryScope(DryRun run) => this.run = run;

    /// <summary>Lets a tensor live on in the scope around this one.</summary>
    public DryTensor MoveToOuter(DryTensor tensor) => moved = tensor;

    /// <inheritdoc/>
    public void Dispose() => run.Close(moved);
}
