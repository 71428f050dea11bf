using LoraBuild.Diffusion.Vae;

namespace LoraBuild.Diffusion.Tests.Vae;

public class AutoencoderKLTests
{
    [Fact]
    public void Pictures_are_encoded_as_diffusers_does()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TestData.LoadTiny();

        var (mean, logVariance) = model.Vae.Encode(TestData.Golden("vae.image_norm"));

        TestData.AssertClose(TestData.Golden("vae.encode_mean"), mean, 1e-5);
        TestData.AssertClose(TestData.Golden("vae.encode_logvar"), logVariance, 1e-5);
        TestData.AssertClose(
            TestData.Golden("vae.latent_sampled_scaled"), AutoencoderKL.Sample(mean, logVariance, TestData.Golden("vae.sample_eps")), 1e-5);
    }

    [Fact]
    public void Latents_are_decoded_as_diffusers_does()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TestData.LoadTiny();

        var pictures = model.Vae.Decode(TestData.Golden("vae.decode_latent_in") * AutoencoderKL.ScaleFactor);

        TestData.AssertClose(TestData.Golden("vae.decode_out"), pictures, 1e-5);
    }
}
