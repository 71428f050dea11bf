using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Samplers;
using LoraBuild.Settings.Sampling;

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
            TestData.Golden("vae.latent_sampled_scaled"), model.Vae.Sample(mean, logVariance, TestData.Golden("vae.sample_eps")), 1e-5);
    }

    [Fact]
    public void Latents_are_decoded_as_diffusers_does()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TestData.LoadTiny();

        var pictures = model.Vae.Decode(TestData.Golden("vae.decode_latent_in") * model.Vae.ScaleFactor);

        TestData.AssertClose(TestData.Golden("vae.decode_out"), pictures, 1e-5);
    }

    [Fact]
    public void Decoded_in_tiles_a_picture_is_the_same_but_for_its_tones_a_little()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = (StableDiffusionModel)ModelFamilies.Load(TestData.PathOf("mini-sd"), ScalarType.Float32);
        var request =
            new PictureRequest { Prompt = "1girl, black hair, outdoors", Seed = 3, Width = 256, Height = 384, Steps = 4, Guidance = 5 };
        var latents = new TextToImage(model).Sample([request]);
        var whole = model.Vae.Decode(latents);

        var tiled = model.Vae.DecodeTiled(latents, side: 24, overlap: 8);

        Assert.Equal(whole.shape, tiled.shape);
        var difference = (whole - tiled).abs();
        Assert.InRange(difference.mean().item<float>(), 1e-7f, 0.02f);
        Assert.InRange(difference.max().item<float>(), 1e-6f, 0.4f);
        // A seam would show as a jump between neighbours that the whole picture does not have.
        Assert.True(Jump(tiled) < Jump(whole) * 1.1, $"{Jump(tiled)}, {Jump(whole)}");
        TestData.AssertClose(whole, model.Vae.DecodeTiled(latents, side: 64, overlap: 24), 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Vae.DecodeTiled(latents, side: 16, overlap: 8));

        static double Jump(Tensor picture) => (picture.narrow(2, 1, picture.shape[2] - 1) - picture.narrow(2, 0, picture.shape[2] - 1))
            .abs().mean([0, 1, 3]).max().item<float>();
    }
}
