using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Clip;

/// <summary>
/// The chunks of captions, each of which goes through a text encoder alone. Chunks that are equal, above all the empty ones of short
/// captions, go through it once.
/// </summary>
internal sealed class ChunkBatch
{
    private readonly List<long[]> distinct = [];
    private readonly List<long> rows = [];
    private readonly int captionCount;

    /// <summary>Collects the chunks.</summary>
    /// <param name="captions">Each caption's chunks, from <see cref="ClipTokenizer.Encode"/>; all have the same number.</param>
    public ChunkBatch(IReadOnlyList<long[][]> captions)
    {
        captionCount = captions.Count;
        var known = new Dictionary<long[], long>(ChunkComparer.Instance);
        foreach (var chunk in captions.SelectMany(caption => caption))
        {
            if (!known.TryGetValue(chunk, out var row))
            {
                known.Add(chunk, row = distinct.Count);
                distinct.Add(chunk);
            }
            rows.Add(row);
        }
    }

    /// <summary>The number of chunks that go through a text encoder.</summary>
    public long Count => distinct.Count;

    /// <summary>The shape of <see cref="Join"/>'s result, for states of this size.</summary>
    public long[] JoinedShape(long size) => [captionCount, (rows.Count / captionCount * (ClipTokenizer.ChunkLength - 2)) + 2, size];

    /// <summary><see cref="Join"/> with shapes alone, without weights.</summary>
    public DryTensor DryJoin(DryRun run, DryTensor states)
    {
        using var scope = run.Scope();
        var chunks = run.Apply([rows.Count, ClipTokenizer.ChunkLength, states.Shape[2]], [states]);
        return scope.MoveToOuter(run.Apply(JoinedShape(states.Shape[2]), [chunks]));
    }

    /// <summary>[distinct chunks, 77], int64.</summary>
    public Tensor Ids(Device device) =>
        torch.tensor([.. distinct.SelectMany(chunk => chunk)], [distinct.Count, ClipTokenizer.ChunkLength], device: device);

    /// <summary>The states of each caption's first chunk.</summary>
    /// <param name="states">[distinct chunks, 77, size].</param>
    /// <returns>[captions, 77, size].</returns>
    public Tensor First(Tensor states)
    {
        var perCaption = rows.Count / captionCount;
        return states.index_select(
            0, torch.tensor([.. Enumerable.Range(0, captionCount).Select(i => rows[i * perCaption])], device: states.device));
    }

    /// <summary>
    /// The captions' states. Those of one chunk are its 77. Of several chunks remain the first one's start, every chunk's 75 inner states
    /// and the last one's end, as sd-scripts joins them.
    /// </summary>
    /// <param name="states">[distinct chunks, 77, size].</param>
    /// <param name="weights">A factor for the states of every id, in the captions' chunks; null: 1.</param>
    /// <param name="keepMean">True if each chunk's states keep their mean under the weights.</param>
    /// <returns>[captions, 75 x chunks + 2, size].</returns>
    public Tensor Join(Tensor states, IReadOnlyList<float[][]>? weights = null, bool keepMean = false)
    {
        const long inner = ClipTokenizer.ChunkLength - 2;
        using var scope = torch.NewDisposeScope();
        var chunks = states.index_select(0, torch.tensor([.. rows], device: states.device))
            .view(captionCount, -1, ClipTokenizer.ChunkLength, states.shape[^1]);
        if (weights is not null)
            chunks = Weigh(chunks, weights, keepMean);
        var first = chunks.select(1, 0).narrow(1, 0, 1);
        var last = chunks.select(1, chunks.shape[1] - 1).narrow(1, inner + 1, 1);
        return torch.cat([first, chunks.narrow(2, 1, inner).flatten(1, 2), last], 1).MoveToOuterDisposeScope();
    }

    private static Tensor Weigh(Tensor states, IReadOnlyList<float[][]> weights, bool keepMean)
    {
        var factors = torch.tensor([.. weights.SelectMany(caption => caption).SelectMany(chunk => chunk)], device: states.device)
            .view(states.shape[0], -1, ClipTokenizer.ChunkLength, 1).to_type(states.dtype);
        var weighed = states * factors;
        return keepMean ? weighed * (states.mean([2, 3], keepdim: true) / weighed.mean([2, 3], keepdim: true)) : weighed;
    }

    private sealed class ChunkComparer : IEqualityComparer<long[]>
    {
        public static readonly ChunkComparer Instance = new();

        public bool Equals(long[]? x, long[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(long[] obj)
        {
            var hash = default(HashCode);
            foreach (var id in obj)
                hash.Add(id);
            return hash.ToHashCode();
        }
    }
}
