using LoraBuild.MiniWorld.Drawing;

namespace LoraBuild.MiniWorld.Training;

/// <summary>The latents of drawings with their tags, by size.</summary>
internal sealed class DrawnLatents : IDisposable
{
    private readonly Dictionary<(long Height, long Width), Bucket> buckets = [];

    /// <summary>Numbers a place.</summary>
    public long Channels { get; private set; }

    /// <summary>Adds the latents of drawings of one size.</summary>
    public void Add(Tensor mean, Tensor deviation, IReadOnlyList<IReadOnlyList<string>> tags)
    {
        var size = (mean.shape[2], mean.shape[3]);
        Channels = mean.shape[1];
        if (!buckets.TryGetValue(size, out var bucket))
            buckets.Add(size, bucket = new Bucket());
        bucket.Means.Add(mean.DetachFromDisposeScope());
        bucket.Deviations.Add(deviation.DetachFromDisposeScope());
        bucket.Tags.AddRange(tags);
    }

    /// <summary>Which drawings a step learns from, of one size, each with a caption of its own. Safe for use by several threads.</summary>
    public LatentChoice Choose(long seed, int step, int count)
    {
        var dice = new Dice(seed, Purpose.Batch, step, 2);
        var (size, bucket) = Any(dice);
        var rows = new long[count];
        var captions = new string[count];
        for (var i = 0; i < count; i++)
        {
            rows[i] = dice.Below(bucket.Tags.Count);
            captions[i] = WorldCaptions.Of(bucket.Tags[(int)rows[i]], dice);
        }
        return new(size, rows, captions);
    }

    /// <summary>The latents of a choice.</summary>
    public (Tensor Mean, Tensor Deviation) Of(LatentChoice choice)
    {
        var (mean, deviation) = buckets[choice.Size].Joined();
        var index = tensor(choice.Rows, device: mean.device);
        return (mean.index_select(0, index), deviation.index_select(0, index));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in buckets.Values.SelectMany(bucket => bucket.Means.Concat(bucket.Deviations)))
            tensor.Dispose();
    }

    // As often as they have drawings.
    private ((long Height, long Width) Size, Bucket Bucket) Any(Dice dice)
    {
        var point = dice.Below(buckets.Values.Sum(bucket => bucket.Tags.Count));
        foreach (var (size, bucket) in buckets)
        {
            if (point < bucket.Tags.Count)
                return (size, bucket);
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
