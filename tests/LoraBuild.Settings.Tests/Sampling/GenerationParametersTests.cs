using LoraBuild.Settings.Sampling;

namespace LoraBuild.Settings.Tests.Sampling;

public class GenerationParametersTests
{
    private const string Hash = "0123456789abcdef";

    [Fact]
    public void They_read_as_stable_diffusion_webui_writes_them()
    {
        var request = new PictureRequest
        {
            Prompt = "hoshinoaoi, (smile:1.2)", NegativePrompt = "blurry, bad", Seed = 7, Width = 512, Height = 768, Steps = 28,
            Guidance = 5.5,
            Sampler = SamplerKind.DpmPlusPlus2M, ClipSkip = 2,
        };

        Assert.Equal(
            "hoshinoaoi, (smile:1.2)\nNegative prompt: blurry, bad\nSteps: 28, Sampler: DPM++ 2M Karras, CFG scale: 5.5, Seed: 7, Size: "
            + "512x768, Model hash: 0123456789, Model: mini-sd, Clip skip: 2",
            GenerationParameters.Of(request, "mini-sd", Hash));
        Assert.Equal(
            "hoshinoaoi\nSteps: 30, Sampler: Euler a, CFG scale: 7.5, Seed: 0, Size: 512x512, Model hash: 0123456789, Model: \"a, b\"",
            GenerationParameters.Of(new() { Prompt = "hoshinoaoi", Sampler = SamplerKind.EulerAncestral }, "a, b", Hash));
    }
}
