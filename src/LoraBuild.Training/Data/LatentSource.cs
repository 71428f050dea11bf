using LoraBuild.Diffusion.Vae;

namespace LoraBuild.Training.Data;

/// <summary>
/// Encodes samples. The distribution of a view's latents does not change during training, so it is kept, up to a bound: a picture that is
/// shown again from the same place is not encoded again. Each view is encoded by itself, so that its latents don't depend on what else is
/// in the batch.
/// </summary>
/// <param name="vae">The autoencoder.</param>
/// <param name="device">Where it is.</param>
/// <param name="dtype">The type that it computes in.</param>
/// <param name="maxBytes">The most memory for kept distributions, in bytes.</param>
/// <param name="sideBySide">Whether to encode two samples at a time, each on one core: see <see cref="SideBySide"/>.</param>
public sealed class LatentSource(AutoencoderKL vae, Device device, ScalarType dtype, long maxBytes, bool sideBySide = false) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<PictureView, (Tensor Mean, Tensor LogVariance)> kept = [];
    private long bytes;

    /// <summary>Scaled latents of a batch, [batch, 4, height / 8, width / 8], float32: for each sample its own draw of the distribution.</summary>
    public Tensor Encode(TrainingBatch batch)
    {
        var encoded = new Tensor[batch.Samples.Count];
        var half = encoded.Length / 2;
        if (sideBySide && half > 0)
            SideBySide.Run(() => Encode(batch, encoded, 0, half), () => Encode(batch, encoded, half, encoded.Length));
        else
            Encode(batch, encoded, 0, encoded.Length);
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

    private void Encode(TrainingBatch batch, Tensor[] encoded, int start, int end)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        for (var i = start; i < end; i++)
            encoded[i] = Encode(batch.Samples[i], batch.Size.Width, batch.Size.Height).DetachFromDisposeScope();
    }

    private Tensor Encode(TrainingSample sample, int width, int height)
    {
        var (mean, logVariance) = Distribution(sample, width, height);
        var noise = tensor(sample.PosteriorNoise, dtype: ScalarType.Float32).view(mean.shape).to(device);
        return AutoencoderKL.Sample(mean, logVariance, noise);
    }

    private (Tensor Mean, Tensor LogVariance) Distribution(TrainingSample sample, int width, int height)
    {
        lock (gate)
        {
            if (kept.TryGetValue(sample.View, out var known))
                return known;
        }

        var pixels = tensor(sample.Pixels!, dtype: ScalarType.Float32).view(1, 3, height, width).to_type(dtype).to(device);
        var (mean, logVariance) = vae.Encode(pixels);
        (mean, logVariance) = (mean.to_type(ScalarType.Float32), logVariance.to_type(ScalarType.Float32));
        var size = 2 * sizeof(float) * mean.numel();
        lock (gate)
        {
            // The same view may stand in a batch twice, and be encoded by both threads at once.
            if (bytes + size <= maxBytes && kept.TryAdd(sample.View, (mean, logVariance)))
            {
                bytes += size;
                mean.DetachFromDisposeScope();
                logVariance.DetachFromDisposeScope();
            }
        }

        return (mean, logVariance);
    }
}
