using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Schedule;

/// <summary>Denoising diffusion over a <see cref="NoiseSchedule"/>, with a denoiser that answers the noise or the velocity.</summary>
/// <param name="schedule">The share of the picture at each timestep, for training.</param>
/// <param name="prediction">The meaning of the denoiser's output.</param>
/// <param name="beginsWithNoise">True if the model was trained with <c>zero_terminal_snr</c>: samplers begin with noise.</param>
public sealed class GaussianProcess(NoiseSchedule schedule, PredictionType prediction, bool beginsWithNoise = false) : INoiseProcess
{
    private readonly SigmaSchedule levels = beginsWithNoise ? SigmaSchedule.ZeroTerminalSnr : new(NoiseSchedule.StableDiffusion);

    /// <inheritdoc/>
    public PredictionType Prediction => prediction;

    /// <inheritdoc/>
    public INoiseProcess WithZeroTerminalSnr() => new GaussianProcess(NoiseSchedule.ZeroTerminalSnr, prediction, beginsWithNoise);

    /// <inheritdoc/>
    public bool HasZeroTerminalSnr => beginsWithNoise;

    /// <inheritdoc/>
    public Tensor AddNoise(Tensor latents, Tensor noise, ReadOnlySpan<long> timesteps) => schedule.AddNoise(latents, noise, timesteps);

    /// <inheritdoc/>
    public Tensor Target(Tensor latents, Tensor noise, ReadOnlySpan<long> timesteps) =>
        prediction == PredictionType.Velocity ? schedule.Velocity(latents, noise, timesteps) : noise.alias();

    /// <inheritdoc/>
    public double SignalToNoise(long timestep) => schedule.SignalToNoise(timestep);

    /// <inheritdoc/>
    public IReadOnlyList<double> Levels(SamplerKind sampler, int steps) => levels.For(sampler, steps);

    /// <inheritdoc/>
    public Tensor Begin(Tensor noise, SamplerKind sampler, double level) =>
        // DDIM begins with noise alone; k-diffusion's samplers take the little of a picture that the first level leaves for 0.
        noise * (sampler == SamplerKind.Ddim ? Math.Sqrt(1 + (level * level)) : level);

    /// <inheritdoc/>
    public Tensor ToInput(Tensor latents, double level) => latents * SignalAt(level);

    /// <inheritdoc/>
    public double TimestepOf(double level) => levels.TimestepOf(level);

    /// <inheritdoc/>
    public Tensor ToPicture(Tensor latents, Tensor output, double level)
    {
        using var scope = torch.NewDisposeScope();
        var signal = SignalAt(level);
        var picture = prediction == PredictionType.Velocity
            ? (latents * signal * signal) - (output * (level * signal))
            : latents - (output * level);
        return picture.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor End(Tensor latents, double level) => latents / Math.Sqrt(1 + (level * level));

    // sqrt(a), where (1 - a) / a is the squared level.
    private static double SignalAt(double level) => 1 / Math.Sqrt(1 + (level * level));
}
