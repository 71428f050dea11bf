namespace LoraBuild.Diffusion.Schedule;

/// <summary>
/// How much of a picture is left at each timestep (Ho et al., "Denoising Diffusion Probabilistic Models", 2020), with Stable Diffusion
/// 1.x's "scaled linear" betas: the square root runs evenly from sqrt(0.00085) to sqrt(0.012) over 1,000 steps.
/// </summary>
public sealed class NoiseSchedule
{
    /// <summary>The number of timesteps in training.</summary>
    public const int Steps = 1000;

    private const double FirstBeta = 0.00085, LastBeta = 0.012;

    /// <summary>The schedule of Stable Diffusion 1.x.</summary>
    public static NoiseSchedule StableDiffusion { get; } = new();

    private NoiseSchedule()
    {
        var alphas = new double[Steps];
        var product = 1.0;
        for (var step = 0; step < Steps; step++)
        {
            var root = double.Lerp(Math.Sqrt(FirstBeta), Math.Sqrt(LastBeta), step / (Steps - 1.0));
            product *= 1 - (root * root);
            alphas[step] = product;
        }
        AlphasCumulative = alphas;
    }

    /// <summary>The share of the picture's variance that is left at each timestep, falling from 0.99915 to 0.00466.</summary>
    public IReadOnlyList<double> AlphasCumulative { get; }

    /// <summary>Latents as they are at given timesteps: sqrt(a) latents + sqrt(1 - a) noise.</summary>
    /// <param name="latents">[batch, ...], scaled.</param>
    /// <param name="noise">Standard normal, of the same shape.</param>
    /// <param name="timesteps">One of 0..999 for each of the batch.</param>
    public Tensor AddNoise(Tensor latents, Tensor noise, ReadOnlySpan<long> timesteps)
    {
        using var scope = torch.NewDisposeScope();
        var signal = new float[timesteps.Length];
        var spread = new float[timesteps.Length];
        for (var i = 0; i < timesteps.Length; i++)
        {
            signal[i] = (float)Math.Sqrt(AlphasCumulative[(int)timesteps[i]]);
            spread[i] = (float)Math.Sqrt(1 - AlphasCumulative[(int)timesteps[i]]);
        }
        var shape = latents.shape.Select((_, axis) => axis == 0 ? (long)signal.Length : 1).ToArray();
        return ((latents * PerSample(signal)) + (noise * PerSample(spread))).MoveToOuterDisposeScope();

        Tensor PerSample(float[] values) => torch.tensor(values, shape, dtype: latents.dtype, device: latents.device);
    }
}
