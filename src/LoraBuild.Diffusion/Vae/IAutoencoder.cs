using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Vae;

/// <summary>Pictures to latents and back. Latents are scaled as the denoiser sees them; several threads may use it at once.</summary>
public interface IAutoencoder : IDisposable
{
    /// <summary>The channels of the latents.</summary>
    long LatentChannels { get; }

    /// <summary>The pixels along each axis that one position of the latents stands for.</summary>
    int Reduction { get; }

    /// <summary>The type that it computes in.</summary>
    ScalarType Type { get; }

    /// <summary>The device that it runs on.</summary>
    Device Device { get; }

    /// <summary>The distribution of the pictures' latents, before scaling.</summary>
    /// <param name="images">[batch, 3, height, width] in -1..1, both sizes multiples of <see cref="Reduction"/>, in
    /// <see cref="Type"/>.</param>
    /// <returns>Mean and logarithm of the variance, each [batch, channels, height / reduction, width / reduction].</returns>
    (Tensor Mean, Tensor LogVariance) Encode(Tensor images);

    /// <summary><see cref="Encode"/> with shapes alone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="images">[batch, 3, height, width].</param>
    /// <returns>[batch, 2 x channels, height / reduction, width / reduction].</returns>
    DryTensor DryEncode(DryRun run, DryTensor images);

    /// <summary>Latents as the denoiser sees them: a sample of the distribution, scaled.</summary>
    /// <param name="mean">From <see cref="Encode"/>.</param>
    /// <param name="logVariance">From <see cref="Encode"/>.</param>
    /// <param name="noise">Standard normal, of the mean's shape.</param>
    Tensor Sample(Tensor mean, Tensor logVariance, Tensor noise);

    /// <summary>The pictures of scaled latents.</summary>
    /// <param name="latents">[batch, channels, height, width] as the denoiser sees them, in <see cref="Type"/>.</param>
    /// <returns>[batch, 3, reduction x height, reduction x width], about -1..1.</returns>
    Tensor Decode(Tensor latents);

    /// <summary>As <see cref="Decode"/>, in overlapping tiles: the memory is that of a tile, and of the picture.</summary>
    /// <param name="latents">[batch, channels, height, width] as the denoiser sees them, in <see cref="Type"/>.</param>
    /// <returns>[batch, 3, reduction x height, reduction x width], about -1..1, float32.</returns>
    Tensor DecodeTiled(Tensor latents);
}
