using LoraBuild.Diffusion.Schedule;

namespace LoraBuild.Diffusion.Tests.Schedule;

public class NoiseScheduleTests
{
    [Fact]
    public void Alphas_are_those_of_diffusers()
    {
        using var scope = torch.NewDisposeScope();
        var alphas = torch.tensor(NoiseSchedule.StableDiffusion.AlphasCumulative.Select(alpha => (float)alpha).ToArray());
        var expected = TestData.Golden("ddpm.alphas_cumprod");

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
}
