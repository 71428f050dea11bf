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
public sealed class LatentSource(AutoencoderKL vae, Device device, ScalarType dtype, long maxBytes) : IDisposable
{
    private readonly Dictionary<PictureView, (Tensor Mean, Tensor LogVariance)> kept = [];
    private long bytes;

    /// <summary>Scaled latents of a batch, [batch, 4, height / 8, width / 8], float32: for each sample its own draw of the distribution.</summary>
    public Tensor Encode(TrainingBatch batch)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        return cat([.. batch.Samples.Select(sample => Encode(sample, batch.Size.Width, batch.Size.Height))]).MoveToOuterDisposeScope();
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

    private Tensor Encode(TrainingSample sample, int width, int height)
    {
        var (mean, logVariance) = Distribution(sample, width, height);
        var noise = tensor(sample.PosteriorNoise, dtype: ScalarType.Float32).view(mean.shape).to(device);
        return AutoencoderKL.Sample(mean, logVariance, noise);
    }

    private (Tensor Mean, Tensor LogVariance) Distribution(TrainingSample sample, int width, int height)
    {
        if (kept.TryGetValue(sample.View, out var known))
            return known;
        var pixels = tensor(sample.Pixels, dtype: ScalarType.Float32).view(1, 3, height, width).to_type(dtype).to(device);
        var (mean, logVariance) = vae.Encode(pixels);
        (mean, logVariance) = (mean.to_type(ScalarType.Float32), logVariance.to_type(ScalarType.Float32));
        var size = 2 * sizeof(float) * mean.numel();
        if (bytes + size <= maxBytes)
        {
            bytes += size;
            kept.Add(sample.View, (mean.DetachFromDisposeScope(), logVariance.DetachFromDisposeScope()));
        }

        return (mean, logVariance);
    }
}
