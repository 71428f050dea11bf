namespace LoraBuild.Diffusion.Schedule;

/// <summary>
/// The share of a picture that is left at each timestep (Ho et al., "Denoising Diffusion Probabilistic Models", 2020). Betas are Stable
/// Diffusion's "scaled linear" ones: the square root runs evenly from sqrt(0.00085) to sqrt(0.012) over 1,000 steps. Latents below are
/// scaled, of shape [batch, ...]; timesteps are one of 0..999 for each of the batch.
/// </summary>
public sealed class NoiseSchedule
{
    /// <summary>The number of timesteps in training.</summary>
    public const int Steps = 1000;

    private const double FirstBeta = 0.00085, LastBeta = 0.012;

    private NoiseSchedule(double[] alphasCumulative) => AlphasCumulative = alphasCumulative;

    /// <summary>The schedule of Stable Diffusion 1.x and 2.x.</summary>
    public static NoiseSchedule StableDiffusion { get; } = new(ScaledLinear());

    /// <summary>
    /// The same with sqrt(a) shifted and scaled so that nothing of the picture is left at the last timestep and the first one stays as it
    /// is (Lin et al., "Common Diffusion Noise Schedules and Sample Steps are Flawed", WACV 2024, algorithm 1): sd-scripts'
    /// <c>zero_terminal_snr</c>. Models that predict the noise learn nothing at that timestep. sd-scripts adds noise by this schedule, but
    /// weighs losses by the <see cref="SignalToNoise"/> of <see cref="StableDiffusion"/>.
    /// </summary>
    public static NoiseSchedule ZeroTerminalSnr { get; } = new(Rescaled(StableDiffusion.AlphasCumulative));

    /// <summary>a: the share of the picture's variance that is left at each timestep, falling from 0.99915 to 0.00466, or to 0.</summary>
    public IReadOnlyList<double> AlphasCumulative { get; }

    /// <summary>
    /// The ratio of the picture's variance to the noise's, a / (1 - a); 0 at the last step of <see cref="ZeroTerminalSnr"/>.
    /// </summary>
    /// <param name="timestep">0..999.</param>
    public double SignalToNoise(long timestep)
    {
        var alpha = AlphasCumulative[(int)timestep];
        return alpha / (1 - alpha);
    }

    /// <summary>Latents as they are at given timesteps: sqrt(a) latents + sqrt(1 - a) noise.</summary>
    /// <param name="latents">Clean.</param>
    /// <param name="noise">Standard normal, of the same shape.</param>
    /// <param name="timesteps">One for each of the batch.</param>
    public Tensor AddNoise(Tensor latents, Tensor noise, ReadOnlySpan<long> timesteps) => Mix(latents, noise, timesteps, 1);

    /// <summary>The target of a model of <see cref="PredictionType.Velocity"/>: sqrt(a) noise - sqrt(1 - a) latents.</summary>
    /// <param name="latents">Clean.</param>
    /// <param name="noise">The noise that was added to them.</param>
    /// <param name="timesteps">One for each of the batch.</param>
    public Tensor Velocity(Tensor latents, Tensor noise, ReadOnlySpan<long> timesteps) => Mix(noise, latents, timesteps, -1);

    /// <summary>The clean latents that a prediction implies.</summary>
    /// <param name="noisy">The model's input.</param>
    /// <param name="prediction">The model's output.</param>
    /// <param name="type">The meaning of the output.</param>
    /// <param name="timesteps">One for each of the batch; a must not be 0 where the noise was predicted.</param>
    public Tensor ToClean(Tensor noisy, Tensor prediction, PredictionType type, ReadOnlySpan<long> timesteps)
    {
        if (type == PredictionType.Velocity)
            return Mix(noisy, prediction, timesteps, -1);
        using var scope = torch.NewDisposeScope();
        var (signal, spread) = Factors(timesteps, noisy);
        return ((noisy - (prediction * spread)) / signal).MoveToOuterDisposeScope();
    }

    /// <summary>The noise that a prediction implies.</summary>
    /// <param name="noisy">The model's input.</param>
    /// <param name="prediction">The model's output.</param>
    /// <param name="type">The meaning of the output; the noise itself comes back as it is.</param>
    /// <param name="timesteps">One for each of the batch.</param>
    public Tensor ToNoise(Tensor noisy, Tensor prediction, PredictionType type, ReadOnlySpan<long> timesteps) =>
        type == PredictionType.Velocity ? Mix(prediction, noisy, timesteps, 1) : prediction.alias();

    // sqrt(a) first + sign sqrt(1 - a) second
    private Tensor Mix(Tensor first, Tensor second, ReadOnlySpan<long> timesteps, int sign)
    {
        using var scope = torch.NewDisposeScope();
        var (signal, spread) = Factors(timesteps, first);
        var (main, other) = (first * signal, second * spread);
        return (sign > 0 ? main + other : main - other).MoveToOuterDisposeScope();
    }

    // sqrt(a) and sqrt(1 - a), one a sample, to be multiplied with tensors like this one.
    private (Tensor Signal, Tensor Spread) Factors(ReadOnlySpan<long> timesteps, Tensor like)
    {
        var signal = new float[timesteps.Length];
        var spread = new float[timesteps.Length];
        for (var i = 0; i < timesteps.Length; i++)
        {
            signal[i] = (float)Math.Sqrt(AlphasCumulative[(int)timesteps[i]]);
            spread[i] = (float)Math.Sqrt(1 - AlphasCumulative[(int)timesteps[i]]);
        }
        var shape = like.shape.Select((_, axis) => axis == 0 ? (long)signal.Length : 1).ToArray();
        return (PerSample(signal), PerSample(spread));

        Tensor PerSample(float[] values) => torch.tensor(values, shape, dtype: like.dtype, device: like.device);
    }

    private static double[] ScaledLinear()
    {
        var alphas = new double[Steps];
        var product = 1.0;
        for (var step = 0; step < Steps; step++)
        {
            var root = double.Lerp(Math.Sqrt(FirstBeta), Math.Sqrt(LastBeta), step / (Steps - 1.0));
            product *= 1 - (root * root);
            alphas[step] = product;
        }
        return alphas;
    }

    private static double[] Rescaled(IReadOnlyList<double> alphas)
    {
        double first = Math.Sqrt(alphas[0]), last = Math.Sqrt(alphas[^1]);
        return [.. alphas.Select(alpha => Math.Pow((Math.Sqrt(alpha) - last) * first / (first - last), 2))];
    }
}

/// <summary>The meaning of a model's output; diffusers' <c>prediction_type</c>.</summary>
public enum PredictionType
{
    /// <summary>The noise (<c>epsilon</c>): Stable Diffusion 1.x and 2.x-base.</summary>
    Epsilon,

    /// <summary>
    /// The velocity (<c>v_prediction</c>; Salimans and Ho, "Progressive Distillation for Fast Sampling of Diffusion Models", ICLR 2022):
    /// Stable Diffusion 2.x at 768 pixels.
    /// </summary>
    Velocity,
}
