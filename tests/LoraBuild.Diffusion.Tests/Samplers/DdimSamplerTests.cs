using LoraBuild.Diffusion.Samplers;

namespace LoraBuild.Diffusion.Tests.Samplers;

public class DdimSamplerTests
{
    [Fact]
    public void The_miniature_draws_pictures_that_depend_on_seed_and_prompt_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = StableDiffusion.Load(TestData.PathOf("mini-sd"), ScalarType.Float32);
        var sampler = new DdimSampler(model.Schedule);

        var both = Draw([1, 2]);
        var second = Draw([2]);
        var pictures = model.Vae.Decode(both);

        Assert.Equal([2, 3, 128, 128], pictures.shape);
        Assert.True(pictures.isfinite().all().item<bool>());
        // Drawings fill the range of a picture; noise or a grey mush would not.
        Assert.InRange(pictures.abs().max().item<float>(), 0.8f, 1.6f);
        Assert.InRange(pictures.std().item<float>(), 0.3f, 1f);
        TestData.AssertClose(second, both.narrow(0, 1, 1), 1e-3);
        Assert.True((both[0] - both[1]).abs().mean().item<float>() > 0.1f);

        Tensor Draw(long[] seeds)
        {
            var prompt = model.TextEncoder.Encode([.. seeds.Select(_ => model.Tokenizer.Encode("1girl, black hair, yellow eyes"))]);
            var negative = model.TextEncoder.Encode([.. seeds.Select(_ => model.Tokenizer.Encode(""))]);
            return sampler.Sample(model.UNet, LatentNoise.For(seeds, 4, 16, 16), prompt, negative, steps: 8, guidance: 5);
        }
    }
}
