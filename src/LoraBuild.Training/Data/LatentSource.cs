using LoraBuild.Training.Engine;

namespace LoraBuild.Training.Data;

/// <summary>
/// Encodes samples, <c>vae_batch_size</c> at a time, or takes their latents from the <see cref="LatentCache"/>. The distribution of a
/// view's latents does not change during training, so those of views that were encoded by themselves are kept, up to a bound: a picture
/// that is shown again from the same place is not encoded again.
/// </summary>
/// <param name="encoder">The encoder.</param>
/// <param name="cache">The latents that were encoded before the training; null: none.</param>
/// <param name="vaeBatchSize">The number of samples that are encoded together.</param>
/// <param name="maxBytes">The most memory for kept distributions, in bytes.</param>
/// <param name="sideBySide">True to encode two groups of samples at a time, each on one core: see <see cref="SideBySide"/>.</param>
public sealed class LatentSource(LatentEncoder encoder, LatentCache? cache, int vaeBatchSize, long maxBytes, bool sideBySide = false)
    : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<PictureView, (Tensor Mean, Tensor LogVariance)> kept = [];
    private long bytes;

    /// <summary>
    /// Scaled latents of a batch, [batch, 4, height / 8, width / 8], float32: for each sample its own draw of the distribution.
    /// </summary>
    public Tensor Encode(TrainingBatch batch)
    {
        if (cache is not null)
            return cat([.. batch.Samples.Select(sample => cache[sample.View])]);
        var groups = batch.Samples.Chunk(vaeBatchSize).ToArray();
        var encoded = new Tensor[groups.Length];
        var half = encoded.Length / 2;
        if (sideBySide && half > 0)
            SideBySide.Run(() => Encode(batch, groups, encoded, 0, half), () => Encode(batch, groups, encoded, half, encoded.Length));
        else
            Encode(batch, groups, encoded, 0, encoded.Length);
        using var scope = NewDisposeScope();
        foreach (var latents in encoded)
            scope.Attach(latents);
        return cat(encoded).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (mean, logVariance) in kept.Values)
        {
            mean.Dispose();
            logVariance.Dispose();
        }

        kept.Clear();
    }

    private void Encode(TrainingBatch batch, TrainingSample[][] groups, Tensor[] encoded, int start, int end)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        for (var i = start; i < end; i++)
        {
            var (mean, logVariance) = Distribution(batch, groups[i]);
            var noise = tensor([.. groups[i].SelectMany(sample => sample.PosteriorNoise)], dtype: ScalarType.Float32).view(mean.shape);
            encoded[i] = encoder.Sample(mean, logVariance, noise).DetachFromDisposeScope();
        }
    }

    private (Tensor Mean, Tensor LogVariance) Distribution(TrainingBatch batch, TrainingSample[] group)
    {
        // Latents of pictures that were encoded together may depend on each other in their last bit.
        var keep = vaeBatchSize == 1;
        lock (gate)
        {
            if (keep && kept.TryGetValue(group[0].View, out var known))
                return known;
        }

        var (mean, logVariance) = encoder.Encode(
            group.Select(sample => sample.Picture), [.. group.Select(sample => sample.Pixels!)], batch.Size);
        var size = 2 * sizeof(float) * mean.numel();
        lock (gate)
        {
            // The same view may stand in a batch twice, and be encoded by both threads at once.
            if (keep && bytes + size <= maxBytes && kept.TryAdd(group[0].View, (mean, logVariance)))
            {
                bytes += size;
                mean.DetachFromDisposeScope();
                logVariance.DetachFromDisposeScope();
            }
        }

        return (mean, logVariance);
    }
}
