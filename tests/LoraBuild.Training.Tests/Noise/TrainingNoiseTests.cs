using LoraBuild.Settings;
using LoraBuild.Training.Noise;

namespace LoraBuild.Training.Tests.Noise;

public class TrainingNoiseTests
{
    private const int Height = 12, Width = 10, Positions = Height * Width;
    private static readonly TrainingSettings Plain = new() { NoiseOffset = 0 };

    [Fact]
    public void It_depends_on_seed_step_and_place_alone()
    {
        var noise = new TrainingNoise(Plain, 4);

        Assert.Equal(noise.Target(3, 1, Height, Width), new TrainingNoise(Plain, 4).Target(3, 1, Height, Width));
        Assert.NotEqual(noise.Target(3, 1, Height, Width), noise.Target(3, 2, Height, Width));
        Assert.NotEqual(noise.Target(3, 1, Height, Width), noise.Target(4, 1, Height, Width));
        Assert.NotEqual(noise.Target(3, 1, Height, Width), new TrainingNoise(Plain with { Seed = 1 }, 4).Target(3, 1, Height, Width));
        Assert.Null(noise.Perturbation(3, 1, Height, Width));
    }

    [Fact]
    public void An_offset_is_the_same_at_all_places_of_a_channel_and_of_the_named_strength()
    {
        var squares =
            Enumerable.Range(0, 500).SelectMany(step => Offsets(Plain with { NoiseOffset = 0.1 }, step)).Average(offset => offset * offset);
        var random =
            Enumerable.Range(0, 500).SelectMany(step => Offsets(Plain with { NoiseOffset = 0.1, NoiseOffsetRandomStrength = true }, step));

        Assert.Equal(0.1, Math.Sqrt(squares), 0.01);
        // The mean square of an even draw from 0 to 1 is a third.
        Assert.Equal(0.1 / Math.Sqrt(3), Math.Sqrt(random.Average(offset => offset * offset)), 0.01);
    }

    [Fact]
    public void An_adaptive_offset_grows_with_the_latents_mean_and_is_never_negative()
    {
        var settings = Plain with { NoiseOffset = 0.1, AdaptiveNoiseScale = 0.5 };
        var plain = Offsets(Plain with { NoiseOffset = 0.1 }, 1);

        Assert.True(new TrainingNoise(settings, 4).NeedsLatents);
        Assert.False(new TrainingNoise(settings with { NoiseOffset = 0 }, 4).NeedsLatents);
        var adapted = Offsets(settings, 1, [0, 0.2f, -0.2f, 1]);
        double[] factors = [1, 2, 2, 6];
        for (var channel = 0; channel < 4; channel++)
            Assert.Equal(plain[channel] * factors[channel], adapted[channel], 1e-5);
        Assert.Equal(0, Offsets(settings with { AdaptiveNoiseScale = -1 }, 1, [1, 1, 1, 1])[2], 1e-6);
    }

    [Fact]
    public void Noise_of_several_sizes_is_smoother_and_has_a_deviation_of_1()
    {
        var plain = new TrainingNoise(Plain, 4).Target(1, 0, Height, Width);
        var settings = Plain with { MultiresNoiseIterations = 6, MultiresNoiseDiscount = 0.8 };
        var coarse = Enumerable.Range(0, 50).Select(step => new TrainingNoise(settings, 4).Target(step, 0, Height, Width)).ToList();

        Assert.All(coarse, values => Assert.Equal(1, Deviation(values), 1e-3));
        Assert.InRange(Neighbours(plain), -0.15, 0.15);
        Assert.InRange(coarse.Average(Neighbours), 0.2, 0.9);
    }

    [Fact]
    public void Noise_of_one_size_is_twice_the_plain_one_normalized()
    {
        var one = new TrainingNoise(Plain with { MultiresNoiseIterations = 1 }, 4).Target(1, 0, Height, Width);

        Assert.Equal(1, Deviation(one), 1e-5);
        Assert.InRange(Neighbours(one), -0.15, 0.15);
    }

    [Fact]
    public void Enlarging_is_torchs()
    {
        using var scope = NewDisposeScope();
        float[] source = [1, 2, 3, 5, 8, 13];
        var target = new float[7 * 5];

        LoraBuild.Training.Noise.Bilinear.AddEnlarged(source, 3, target, 5, 2);

        var expected =
            nn.functional.interpolate(tensor(source).view(1, 1, 2, 3), [7, 5], mode: InterpolationMode.Bilinear, align_corners: false) * 2;
        Assert.True((tensor(target).view(1, 1, 7, 5) - expected).abs().max().item<float>() < 1e-5);
    }

    [Fact]
    public void Further_noise_has_its_strength()
    {
        var fixedStrength = new TrainingNoise(Plain with { IpNoiseGamma = 0.1 }, 4);
        var drawn = new TrainingNoise(Plain with { IpNoiseGamma = 0.1, IpNoiseGammaRandomStrength = true }, 4);

        Assert.Equal(0.1, Deviation(fixedStrength.Perturbation(1, 0, Height, Width)!), 0.01);
        var strengths = Enumerable.Range(0, 300).Select(step => Deviation(drawn.Perturbation(step, 0, Height, Width)!)).ToList();
        Assert.Equal(0.05, strengths.Average(), 0.005);
        Assert.True(strengths.Max() < 0.12 && strengths.Min() < 0.01);
    }

    private static double[] Offsets(TrainingSettings settings, int step, float[]? means = null)
    {
        var plain = new TrainingNoise(settings with { NoiseOffset = 0 }, 4).Target(step, 0, Height, Width);
        var offset = new TrainingNoise(settings, 4).Target(step, 0, Height, Width, means);
        return [.. offset.Zip(plain, (a, b) => (double)a - b).Chunk(Positions).Select(channel => channel.Average())];
    }

    private static double Deviation(float[] values)
    {
        var mean = values.Average(value => (double)value);
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    // The correlation of neighbours in a row.
    private static double Neighbours(float[] values) =>
        Enumerable.Range(0, values.Length - 1).Where(i => i % Width != Width - 1).Average(i => (double)values[i] * values[i + 1]);
}
