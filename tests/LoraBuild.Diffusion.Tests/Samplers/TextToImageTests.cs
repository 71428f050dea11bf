using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Samplers;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Tests.Samplers;

public class TextToImageTests
{
    private static readonly PictureRequest Girl = new()
    {
        Prompt = "1girl, black hair, yellow eyes", Seed = 1, Width = 64, Height = 64, Steps = 3, Guidance = 5,
    };

    [Theory]
    [InlineData(SamplerKind.Ddim)]
    [InlineData(SamplerKind.Euler)]
    [InlineData(SamplerKind.EulerAncestral)]
    [InlineData(SamplerKind.DpmPlusPlus2M)]
    public void The_miniature_draws_pictures_that_depend_on_seed_and_prompt_alone(SamplerKind sampler)
    {
        using var scope = torch.NewDisposeScope();
        using var model = LoadMiniature();
        var painter = new TextToImage(model);
        var request = Girl with { Width = 128, Height = 128, Steps = 6, Sampler = sampler };

        var both = painter.Sample([request, request with { Seed = 2 }]);
        var second = painter.Sample([request with { Seed = 2 }]);
        var pictures = painter.Decode(both);

        Assert.Equal([2, 3, 128, 128], pictures.shape);
        // Drawings fill the range of a picture; noise or a grey mush would not.
        Assert.InRange(pictures.abs().max().item<float>(), 0.8f, 1f);
        Assert.InRange(pictures.std().item<float>(), 0.3f, 1f);
        TestData.AssertClose(second, both.narrow(0, 1, 1), 1e-3);
        Assert.True((both[0] - both[1]).abs().mean().item<float>() > 0.1f);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(true)]
    public void DDIM_goes_the_papers_way_for_noise_and_for_velocities(bool? velocity)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = (StableDiffusionModel)ModelFamilies.Load(
            TestData.TinyCheckpoint, ScalarType.Float32, options: new() { VParameterization = velocity });
        Assert.Equal(velocity == true ? PredictionType.Velocity : PredictionType.Epsilon, model.Noise.Prediction);
        var request = Girl with { Steps = 2, Guidance = 3, NegativePrompt = "blurry" };

        var drawn = new TextToImage(model).Sample([request]);

        // Timesteps 501 and 1, ending at 0, in z = sqrt(a) picture + sqrt(1 - a) noise.
        var (prompt, negative) = (Encode(request.Prompt), Encode(request.NegativePrompt));
        var z = LatentNoise.For([request.Seed], 4, 8, 8);
        foreach (var (timestep, next) in new[] { (501, 1), (1, 0) })
        {
            var (with, without) = (Predict(prompt), Predict(negative));
            var output = without + ((with - without) * 3);
            var picture = NoiseSchedule.StableDiffusion.ToClean(z, output, model.Noise.Prediction, [timestep]);
            var noise = NoiseSchedule.StableDiffusion.ToNoise(z, output, model.Noise.Prediction, [timestep]);
            z = NoiseSchedule.StableDiffusion.AddNoise(picture, noise, [next]);

            Tensor Predict(Tensor context) => model.UNet.Forward(z, torch.tensor(new[] { (long)timestep }), context);
        }

        TestData.AssertClose(z, drawn, 1e-4);

        Tensor Encode(string text) => model.TextEncoder.Encode([model.Tokenizer.Encode(text)]);
    }

    [Fact]
    public void Prompts_of_all_lengths_in_one_batch_are_drawn_as_each_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var model = LoadMiniature();
        var painter = new TextToImage(model);
        var body = string.Join(", ", Enumerable.Repeat("white shirt", 40));
        PictureRequest[] requests =
        [
            Girl, Girl with { Prompt = $"{body}, black hair" }, Girl with { Seed = 2, Guidance = 1 },
            Girl with { Prompt = $"{body}, {body}, {body}, black hair" },
            Girl with { NegativePrompt = body },
        ];

        var together = painter.Sample(requests);

        for (var i = 0; i < requests.Length; i++)
            TestData.AssertClose(painter.Sample([requests[i]]), together.narrow(0, i, 1), 1e-3);
        // 225 tokens count, and none beyond.
        TestData.AssertClose(
            together.narrow(0, 3, 1), painter.Sample([requests[3] with { Prompt = requests[3].Prompt + ", blonde hair" }]), 1e-6);
        Assert.True(Difference(together.narrow(0, 0, 1), together.narrow(0, 1, 1)) > 1e-2);
    }

    [Fact]
    public void Weights_negative_prompts_guidance_and_clip_skip_do_what_they_say()
    {
        using var scope = torch.NewDisposeScope();
        using var model = LoadMiniature();
        var painter = new TextToImage(model);
        var plain = painter.Sample([Girl]);

        Same(Girl with { Prompt = "1girl, (black hair:1), yellow eyes" });
        Same(Girl with { Prompt = "1girl, ((black hair:0.5): 2.0 ), yellow eyes" });
        Differs(Girl with { Prompt = "1girl, (black hair:1.5), yellow eyes" });
        Differs(Girl with { Prompt = "1girl, [black hair], yellow eyes" });
        Differs(Girl with { Prompt = @"1girl, \(black hair\), yellow eyes" });
        Differs(Girl with { NegativePrompt = "black hair" });
        Differs(Girl with { ClipSkip = 2 });
        TestData.AssertClose(
            painter.Sample([Girl with { Guidance = 1 }]), painter.Sample([Girl with { Guidance = 1, NegativePrompt = "black hair" }]),
            1e-6);

        void Same(PictureRequest other) => TestData.AssertClose(plain, painter.Sample([other]), 1e-4);

        void Differs(PictureRequest other) => Assert.True(Difference(plain, painter.Sample([other])) > 1e-3);
    }

    [Fact]
    public void Any_size_of_whole_latents_is_drawn_and_no_other()
    {
        using var scope = torch.NewDisposeScope();
        using var model = LoadMiniature();
        var painter = new TextToImage(model);

        Assert.Equal([1, 3, 136, 72], painter.Decode(painter.Sample([Girl with { Width = 72, Height = 136, Steps = 1 }])).shape);
        Assert.Throws<ArgumentException>(() => painter.Sample([Girl with { Width = 100 }]));
        Assert.Throws<ArgumentException>(() => painter.Sample([Girl, Girl with { Steps = 4 }]));
    }

    [Fact]
    public void Noise_is_a_function_of_seed_and_step_alone()
    {
        using var scope = torch.NewDisposeScope();
        var noise = LatentNoise.For([5, 6], 4, 8, 8, step: 3);

        Assert.True(noise.narrow(0, 1, 1).equal(LatentNoise.For([6], 4, 8, 8, step: 3)).all().item<bool>());
        Assert.True(Difference(noise, LatentNoise.For([5, 6], 4, 8, 8)) > 0.5);
        Assert.True(Difference(noise, LatentNoise.For([5, 6], 4, 8, 8, step: 4)) > 0.5);
    }

    private static StableDiffusionModel LoadMiniature() =>
        (StableDiffusionModel)ModelFamilies.Load(TestData.PathOf("mini-sd"), ScalarType.Float32);

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().mean().item<float>();
}
