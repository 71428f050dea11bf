using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Base.Hashing;
using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Vae;

namespace LoraBuild.Training.Data;

/// <summary>The autoencoder's encoder over pixels in memory. Several threads may use it at once.</summary>
/// <param name="vae">The autoencoder.</param>
public sealed class LatentEncoder(IAutoencoder vae)
{
    private const int ProbeSide = 64;

    /// <summary>The distributions of some pictures' latents, encoded together.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="pixels">For each picture 3 x height x width numbers in -1..1.</param>
    /// <param name="size">The size of them all, in pixels.</param>
    /// <returns>Mean and logarithm of the variance, each [pictures, channels, height / 8, width / 8], float32.</returns>
    /// <exception cref="LoraBuildException">LB5012: a picture's latents are no numbers.</exception>
    public (Tensor Mean, Tensor LogVariance) Encode(
        IEnumerable<TrainingPicture> pictures, IReadOnlyList<float[]> pixels, PixelSize size)
    {
        var encoded = Encode(pixels, size);
        using var scope = NewDisposeScope();
        var sums = (encoded.Mean.flatten(1).sum(1) + encoded.LogVariance.flatten(1).sum(1)).cpu().data<float>().ToArray();
        foreach (var (picture, sum) in pictures.Zip(sums))
        {
            if (!float.IsFinite(sum))
            {
                throw new LoraBuildException(
                    DiagnosticCode.LatentsNotFinite,
                    $"The VAE makes no numbers of '{picture.Name}'. Set LoraMixedPrecision to bf16 or no, or LoraVae to a VAE that is "
                    + "sound in half precision; look at the picture.");
            }
        }

        return encoded;
    }

    private (Tensor Mean, Tensor LogVariance) Encode(IReadOnlyList<float[]> pixels, PixelSize size)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var images = cat([.. pixels.Select(picture => tensor(picture, dtype: ScalarType.Float32).view(1, 3, size.Height, size.Width))]);
        var (mean, logVariance) = vae.Encode(images.to_type(vae.Type).to(vae.Device));
        return scope.MoveToOuter(mean.to_type(ScalarType.Float32), logVariance.to_type(ScalarType.Float32));
    }

    /// <summary>
    /// Tells this encoder from others by what it makes of a picture of noise: weights, number format and engine all show in it.
    /// </summary>
    public string Fingerprint()
    {
        using var scope = NewDisposeScope();
        var probe = new CounterRandom(0).NextGaussians(3 * ProbeSide * ProbeSide);
        var (mean, logVariance) = Encode([[.. probe.Select(value => Math.Clamp(value, -1, 1))]], new(ProbeSide, ProbeSide));
        return ContentHash.Of(cat([mean, logVariance]).cpu().contiguous().bytes).ToString();
    }

    /// <summary>A tensor on the encoder's device.</summary>
    public Tensor ToDevice(Tensor values) => values.to(vae.Device);

    /// <inheritdoc cref="IAutoencoder.Sample"/>
    public Tensor Sample(Tensor mean, Tensor logVariance, Tensor noise) => vae.Sample(mean, logVariance, ToDevice(noise));
}
