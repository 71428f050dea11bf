using LoraBuild.Diffusion.Schedule;

namespace LoraBuild.Diffusion.Tests.Schedule;

public class NoiseScheduleTests
{
    [Fact]
    public void Alphas_are_those_of_diffusers()
    {
        using var scope = torch.NewDisposeScope();
        var alphas = torch.tensor(NoiseSchedule.StableDiffusion.AlphasCumulative.Select(alpha => (float)alpha).ToArray());
        var expected = TestData.Golden("ddpm.alphas_cumprod").cpu();

        // diffusers multiplies in float32, which the last of 1,000 factors shows.
        Assert.True(((alphas - expected).abs() / expected).max().item<float>() < 2e-5);
    }

    [Fact]
    public void Noise_is_added_as_diffusers_does()
    {
        using var scope = torch.NewDisposeScope();
        var timesteps = TestData.Golden("unet_a.timesteps", ScalarType.Int64).data<long>().ToArray();

        var noisy = NoiseSchedule.StableDiffusion.AddNoise(TestData.Golden("unet_a.latent"), TestData.Golden("ddpm.noise"), timesteps);

        TestData.AssertClose(TestData.Golden("ddpm.add_noise_out_a"), noisy, 1e-6);
    }

    [Fact]
    public void Velocity_noise_and_picture_are_three_views_of_the_same()
    {
        using var scope = torch.NewDisposeScope();
        var schedule = NoiseSchedule.StableDiffusion;
        long[] timesteps = [0, 500, 999];
        Tensor latents = torch.linspace(-2, 2, 3 * 8).view(3, 2, 2, 2), noise = torch.linspace(3, -1, 3 * 8).view(3, 2, 2, 2);
        var noisy = schedule.AddNoise(latents, noise, timesteps);
        var velocity = schedule.Velocity(latents, noise, timesteps);

        for (var i = 0; i < timesteps.Length; i++)
        {
            var alpha = schedule.AlphasCumulative[(int)timesteps[i]];
            TestData.AssertClose((noise[i] * Math.Sqrt(alpha)) - (latents[i] * Math.Sqrt(1 - alpha)), velocity[i], 1e-6);
        }
        TestData.AssertClose(latents, schedule.ToClean(noisy, velocity, PredictionType.Velocity, timesteps), 1e-6);
        TestData.AssertClose(noise, schedule.ToNoise(noisy, velocity, PredictionType.Velocity, timesteps), 1e-6);
        TestData.AssertClose(latents, schedule.ToClean(noisy, noise, PredictionType.Epsilon, timesteps), 1e-5);
        TestData.AssertClose(noise, schedule.ToNoise(noisy, noise, PredictionType.Epsilon, timesteps), 0);
    }

    [Fact]
    public void The_signal_to_noise_ratio_falls_to_that_of_the_last_timestep()
    {
        var ratios = Enumerable.Range(0, NoiseSchedule.Steps).Select(step => NoiseSchedule.StableDiffusion.SignalToNoise(step)).ToArray();

        Assert.Equal(ratios.OrderDescending(), ratios);
        Assert.Equal((1 - 0.00085) / 0.00085, ratios[0], 1e-9);
        // sqrt(1 / SNR) is the greatest sigma of Stable Diffusion's samplers.
        Assert.Equal(14.6146, Math.Sqrt(1 / ratios[^1]), 1e-3);
    }

    [Fact]
    public void A_zero_terminal_ratio_leaves_the_first_timestep_and_nothing_at_the_last()
    {
        var (plain, rescaled) = (NoiseSchedule.StableDiffusion.AlphasCumulative, NoiseSchedule.ZeroTerminalSnr.AlphasCumulative);

        Assert.Equal(plain[0], rescaled[0], 1e-12);
        Assert.Equal((0.0, 0.0), (rescaled[^1], NoiseSchedule.ZeroTerminalSnr.SignalToNoise(999)));
        Assert.Equal(rescaled.OrderDescending(), rescaled);
        // The square roots keep their proportions.
        double[] roots = [.. plain.Select(Math.Sqrt)], moved = [.. rescaled.Select(Math.Sqrt)];
        Assert.Equal((roots[500] - roots[999]) / (roots[0] - roots[999]), moved[500] / moved[0], 1e-12);
    }
}
