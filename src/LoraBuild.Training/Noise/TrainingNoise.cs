using LoraBuild.Base.Randomness;
using LoraBuild.Settings;
using LoraBuild.Training.Randomness;

namespace LoraBuild.Training.Noise;

/// <summary>
/// The noise of samples: each is a function of (seed, step, place in the batch) alone. What sd-scripts draws or normalizes once for a batch
/// is drawn and normalized for each sample here, so that a sample does not depend on the others.
/// </summary>
/// <param name="settings">The kinds of noise, and the seed.</param>
/// <param name="channels">Channels of the latents.</param>
public sealed class TrainingNoise(TrainingSettings settings, int channels)
{
    /// <summary>True if the noise depends on the latents that it is added to: <c>adaptive_noise_scale</c>.</summary>
    public bool NeedsLatents => settings.NoiseOffset > 0 && settings.AdaptiveNoiseScale is not null;

    /// <summary>The noise to add and to predict, [channels, height, width].</summary>
    /// <param name="step">The batch's number in the training, from 0.</param>
    /// <param name="place">The place in the batch, from 0.</param>
    /// <param name="height">Height of the latents.</param>
    /// <param name="width">Width of the latents.</param>
    /// <param name="means">The latents' mean in each channel, where <see cref="NeedsLatents"/>.</param>
    public float[] Target(int step, int place, int height, int width, ReadOnlySpan<float> means = default)
    {
        var values = Stream(RandomPurpose.Noise, step, place).NextGaussians(channels * height * width);
        if (settings.NoiseOffset > 0)
            AddOffset(values, step, place, means);
        if (settings.MultiresNoiseIterations is { } iterations)
            AddCoarser(values, iterations, Stream(RandomPurpose.MultiresNoise, step, place), height, width);
        return values;
    }

    /// <summary>Noise to add and not to predict, [channels, height, width]; null without <c>ip_noise_gamma</c>.</summary>
    /// <inheritdoc cref="Target"/>
    public float[]? Perturbation(int step, int place, int height, int width)
    {
        if (settings.IpNoiseGamma is not { } gamma)
            return null;
        var random = Stream(RandomPurpose.Perturbation, step, place);
        var strength = (float)(settings.IpNoiseGammaRandomStrength ? gamma * random.NextDouble() : gamma);
        var values = random.NextGaussians(channels * height * width);
        for (var i = 0; i < values.Length; i++)
            values[i] *= strength;
        return values;
    }

    private CounterRandom Stream(RandomPurpose purpose, int step, int place) => new(settings.Seed, (long)purpose, step, place);

    // One offset a channel is added to all its positions: Guttenberg, "Diffusion With Offset Noise" (2023).
    private void AddOffset(float[] values, int step, int place, ReadOnlySpan<float> means)
    {
        var random = Stream(RandomPurpose.NoiseOffset, step, place);
        var offsets = random.NextGaussians(channels);
        var strength = settings.NoiseOffset * (settings.NoiseOffsetRandomStrength ? random.NextDouble() : 1);
        var positions = values.Length / channels;
        for (var i = 0; i < values.Length; i++)
        {
            var channel = i / positions;
            var adapted =
                means.IsEmpty ? strength : Math.Max(0, strength + (settings.AdaptiveNoiseScale!.Value * Math.Abs(means[channel])));
            values[i] += (float)adapted * offsets[channel];
        }
    }

    // Whitaker, "Multi-Resolution Noise for Diffusion Model Training" (2023): from the full size down, each at most half as fine.
    private void AddCoarser(float[] values, int iterations, CounterRandom random, int height, int width)
    {
        var (strength, reduction) = (1.0, 1.0);
        for (var i = 0; i < iterations; i++)
        {
            var ratio = 2 + (2 * random.NextDouble());
            reduction = 1;
            for (var power = 0; power < i; power++)
                reduction *= ratio;
            var (rows, columns) = (Math.Max(1, (int)(height / reduction)), Math.Max(1, (int)(width / reduction)));
            var coarse = random.NextGaussians(channels * rows * columns);
            for (var channel = 0; channel < channels; channel++)
            {
                Bilinear.AddEnlarged(
                    coarse.AsSpan(channel * rows * columns, rows * columns), columns,
                    values.AsSpan(channel * height * width, height * width), width, (float)strength);
            }

            strength *= settings.MultiresNoiseDiscount;
            if (rows == 1 || columns == 1)
                break;
        }

        Normalize(values);
    }

    // To a standard deviation of 1.
    private static void Normalize(float[] values)
    {
        var mean = values.Sum(value => (double)value) / values.Length;
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(values[i] / deviation);
    }
}

/// <summary>Enlarging by bilinear interpolation, pixels' middles at half coordinates: torch's <c>align_corners=False</c>.</summary>
public static class Bilinear
{
    /// <summary>Adds an enlarged map, times a factor, to another.</summary>
    /// <param name="source">[rows, columns].</param>
    /// <param name="columns">Columns of <paramref name="source"/>.</param>
    /// <param name="target">[height, width]; added to.</param>
    /// <param name="width">Width of <paramref name="target"/>.</param>
    /// <param name="factor">The factor of the enlarged values.</param>
    public static void AddEnlarged(ReadOnlySpan<float> source, int columns, Span<float> target, int width, float factor)
    {
        var (rows, height) = (source.Length / columns, target.Length / width);
        for (var y = 0; y < height; y++)
        {
            var (top, bottom, down) = Place(y, rows, height);
            for (var x = 0; x < width; x++)
            {
                var (left, right, across) = Place(x, columns, width);
                var upper = float.Lerp(source[(top * columns) + left], source[(top * columns) + right], across);
                var lower = float.Lerp(source[(bottom * columns) + left], source[(bottom * columns) + right], across);
                target[(y * width) + x] += factor * float.Lerp(upper, lower, down);
            }
        }
    }

    private static (int First, int Second, float Share) Place(int position, int count, int enlarged)
    {
        var place = Math.Max(0, ((position + 0.5f) * count / enlarged) - 0.5f);
        var first = Math.Min((int)place, count - 1);
        return (first, Math.Min(first + 1, count - 1), place - first);
    }
}
