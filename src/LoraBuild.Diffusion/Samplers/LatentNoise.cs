using LoraBuild.Base.Randomness;

namespace LoraBuild.Diffusion.Samplers;

/// <summary>The noise that pictures are drawn from.</summary>
public static class LatentNoise
{
    /// <summary>
    /// Standard normal noise, one seed a picture: a picture's noise depends on its seed and size alone, not on the others of its batch,
    /// the device or the engine.
    /// </summary>
    /// <param name="seeds">One a picture.</param>
    /// <param name="channels">Channels of the latents: 4.</param>
    /// <param name="height">Height of the latents: the picture's / 8.</param>
    /// <param name="width">Width of the latents: the picture's / 8.</param>
    /// <param name="device">The device to put it on, or null for the CPU.</param>
    /// <param name="step">Null for the noise to begin with, else that which an ancestral sampler adds after this step, from 0.</param>
    /// <returns>[seeds, channels, height, width], float32.</returns>
    public static Tensor For(IReadOnlyList<long> seeds, long channels, long height, long width, Device? device = null, int? step = null)
    {
        var size = (int)(channels * height * width);
        var values = new float[seeds.Count * size];
        for (var i = 0; i < seeds.Count; i++)
        {
            var random = step is { } number ? new CounterRandom(seeds[i], number) : new CounterRandom(seeds[i]);
            random.FillGaussian(values.AsSpan(i * size, size));
        }

        return torch.tensor(values, [seeds.Count, channels, height, width], device: device);
    }
}
