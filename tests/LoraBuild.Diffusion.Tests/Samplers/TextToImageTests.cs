using LoraBuild.Core.Sampling;
using LoraBuild.Diffusion.Samplers;

namespace LoraBuild.Diffusion.Tests.Samplers;

public class TextToImageTests
{
    [Theory]
    [InlineData(SamplerKind.Ddim)]
    [InlineData(SamplerKind.Euler)]
    [InlineData(SamplerKind.EulerAncestral)]
    [InlineData(SamplerKind.DpmPlusPlus2M)]
    public void The_miniature_draws_pictures_that_depend_on_seed_and_prompt_alone(SamplerKind sampler)
    {
        using var scope = torch.NewDisposeScope();
        using var model = StableDiffusion.Load(TestData.PathOf("mini-sd"), ScalarType.Float32);
        var painter = new TextToImage(model);

        var both = painter.Sample([Request(1), Request(2)]);
        var second = painter.Sample([Request(2)]);
        var pictures = painter.Decode(both);

        Assert.Equal([2, 3, 128, 128], pictures.shape);
        Assert.True(pictures.isfinite().all().item<bool>());
        // Drawings fill the range of a picture; noise or a grey mush would not.
        Assert.InRange(pictures.abs().max().item<float>(), 0.8f, 1f);
        Assert.InRange(pictures.std().item<float>(), 0.3f, 1f);
        TestData.AssertClose(second, both.narrow(0, 1, 1), 1e-3);
        Assert.True((both[0] - both[1]).abs().mean().item<float>() > 0.1f);

        PictureRequest Request(long seed) => new()
        {
            Prompt = "1girl, black hair, yellow eyes", Seed = seed, Width = 128, Height = 128, Steps = 8, Guidance = 5, Sampler = sampler,
        };
    }
}
