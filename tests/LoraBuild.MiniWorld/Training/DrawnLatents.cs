using LoraBuild.MiniWorld.Drawing;

namespace LoraBuild.MiniWorld.Training;

/// <summary>The latents of drawings with their tags, by size.</summary>
internal sealed class DrawnLatents : IDisposable
{
    private readonly Dictionary<(long Height, long Width), Bucket> buckets = [];

    /// <summary>Adds the latents of drawings of one size.</summary>
    public void Add(Tensor mean, Tensor deviation, IReadOnlyList<IReadOnlyList<string>> tags)
    {
        var size = (mean.shape[2], mean.shape[3]);
        if (!buckets.TryGetValue(size, out var bucket))
            buckets.Add(size, bucket = new Bucket());
        bucket.Means.Add(mean.DetachFromDisposeScope());
        bucket.Deviations.Add(deviation.DetachFromDisposeScope());
        bucket.Tags.AddRange(tags);
    }

    /// <summary>The batch of a step: drawings of one size, each with a caption of its own.</summary>
    public (Tensor Mean, Tensor Deviation, IReadOnlyList<string> Captions) Batch(long seed, int step, int count)
    {
        var dice = new Dice(seed, Purpose.Batch, step, 2);
        var bucket = Any(dice);
        var rows = new long[count];
        var captions = new string[count];
        for (var i = 0; i < count; i++)
        {
            rows[i] = dice.Below(bucket.Tags.Count);
            captions[i] = WorldCaptions.Of(bucket.Tags[(int)rows[i]], dice);
        }
        var (mean, deviation) = bucket.Joined();
        var index = tensor(rows, device: mean.device);
        return (mean.index_select(0, index), deviation.index_select(0, index), captions);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in buckets.Values.SelectMany(bucket => bucket.Means.Concat(bucket.Deviations)))
            tensor.Dispose();
    }

    // As often as they have drawings.
    private Bucket Any(Dice dice)
    {
        var point = dice.Below(buckets.Values.Sum(bucket => bucket.Tags.Count));
        foreach (var bucket in buckets.Values)
        {
            if (point < bucket.Tags.Count)
                return bucket;
            point -= bucket.Tags.Count;
        }
        throw new InvalidOperationException("There are no drawings.");
    }

    private sealed class Bucket
    {
        public List<Tensor> Means { get; } = [];

        public List<Tensor> Deviations { get; } = [];

        public List<IReadOnlyList<string>> Tags { get; } = [];

        public (Tensor Mean, Tensor Deviation) Joined()
        {
            if (Means.Count > 1)
            {
                Join(Means);
                Join(Deviations);
            }
            return (Means[0], Deviations[0]);
        }

        private static void Join(List<Tensor> parts)
        {
            var whole = cat(parts).DetachFromDisposeScope();
            foreach (var part in parts)
                part.Dispose();
            parts.Clear();
            parts.Add(whole);
        }
    }
}
