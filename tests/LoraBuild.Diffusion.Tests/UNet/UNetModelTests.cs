namespace LoraBuild.Diffusion.Tests.UNet;

public class UNetModelTests
{
    [Theory]
    [InlineData("unet_a")]
    [InlineData("unet_b")]
    [InlineData("unet_c")]
    public void Noise_is_predicted_as_diffusers_does_at_even_and_odd_sizes(string golden)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = TestData.LoadTiny();

        var noise = model.UNet.Forward(
            TestData.Golden($"{golden}.latent"), TestData.Golden($"{golden}.timesteps", ScalarType.Int64), TestData.Golden($"{golden}.context"));

        TestData.AssertClose(TestData.Golden($"{golden}.out"), noise, 1e-5);
    }

    [Fact]
    public void Half_precision_gives_the_same_prediction_within_its_own_precision()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = StableDiffusion.Load(TestData.TinyCheckpoint, ScalarType.BFloat16);

        var noise = model.UNet.Forward(
            TestData.Golden("unet_a.latent", ScalarType.BFloat16), TestData.Golden("unet_a.timesteps", ScalarType.Int64),
            TestData.Golden("unet_a.context", ScalarType.BFloat16));

        Assert.Equal(ScalarType.BFloat16, noise.dtype);
        TestData.AssertClose(TestData.Golden("unet_a.out"), noise.to(ScalarType.Float32), 0.05);
    }
}
