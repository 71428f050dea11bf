using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Schedule;

/// <summary>
/// The noise of a model family: how noise is mixed into latents, what the denoiser is trained to answer, and how a sampler goes back. Noisy
/// latents of a sampler are in k-diffusion's coordinates: x = picture + level times noise. Timesteps are 0..999, one for each of the batch.
/// </summary>
public interface INoiseProcess
{
    /// <summary>The meaning of the denoiser's output.</summary>
    PredictionType Prediction { get; }

    /// <summary>sd-scripts' <c>zero_terminal_snr</c>: the same process, with nothing left of the picture at the last timestep.</summary>
    INoiseProcess WithZeroTerminalSnr();

    /// <summary>True if the model was trained with <c>zero_terminal_snr</c>, as its files say; it is then trained on so.</summary>
    bool HasZeroTerminalSnr { get; }

    /// <summary>Latents with noise, as the denoiser takes them.</summary>
    /// <param name="latents">[batch, ...], clean.</param>
    /// <param name="noise">Standard normal, of the same shape.</param>
    /// <param name="timesteps">One for each of the batch.</param>
    Tensor AddNoise(Tensor latents, Tensor noise, ReadOnlySpan<long> timesteps);

    /// <summary>The output that the denoiser is trained to give; a new handle, which the caller's scope owns.</summary>
    /// <inheritdoc cref="AddNoise"/>
    Tensor Target(Tensor latents, Tensor noise, ReadOnlySpan<long> timesteps);

    /// <summary>The variance of the picture over that of the noise; 0 where nothing of the picture is left.</summary>
    /// <param name="timestep">0..999.</param>
    double SignalToNoise(long timestep);

    /// <summary>The noise levels that a sampler goes through: falling, one more than there are steps.</summary>
    /// <param name="sampler">The sampler.</param>
    /// <param name="steps">1..<see cref="PictureRequest.MaxSteps"/>.</param>
    IReadOnlyList<double> Levels(SamplerKind sampler, int steps);

    /// <summary>The latents that a sampler begins with.</summary>
    /// <param name="noise">Standard normal.</param>
    /// <param name="sampler">The sampler.</param>
    /// <param name="level">The first level.</param>
    Tensor Begin(Tensor noise, SamplerKind sampler, double level);

    /// <summary>The denoiser's input for noisy latents of a sampler.</summary>
    /// <param name="latents">x = picture + level times noise.</param>
    /// <param name="level">Above 0.</param>
    Tensor ToInput(Tensor latents, double level);

    /// <summary>The timestep of a level, a real number in 0..999.</summary>
    /// <param name="level">Above 0.</param>
    double TimestepOf(double level);

    /// <summary>The picture that the denoiser's output implies.</summary>
    /// <param name="latents">x = picture + level times noise.</param>
    /// <param name="output">The answer to <see cref="ToInput"/>.</param>
    /// <param name="level">Above 0.</param>
    Tensor ToPicture(Tensor latents, Tensor output, double level);

    /// <summary>The latents for the autoencoder at the end of a sampler.</summary>
    /// <param name="latents">x at the last level.</param>
    /// <param name="level">The last level, from 0.</param>
    Tensor End(Tensor latents, double level);
}
