using LoraBuild.Diffusion.Samplers;

namespace LoraBuild.Diffusion.Tests.Samplers;

public class GuidedDenoiserTests
{
    [Fact]
    public void Rescaling_brings_seven_tenths_of_the_prompts_own_deviation_back()
    {
        using var scope = torch.NewDisposeScope();
        var prompted = torch.tensor([.. Enumerable.Range(0, 64).Select(i => (float)Math.Sin(i))]).view(2, 2, 4, 4);

        var rescaled = GuidedDenoiser.Rescale(prompted * 4 + 1, prompted);

        // A deviation of 4 becomes 0.7 x 1 + 0.3 x 4.
        var expected = (prompted * 4 + 1) * ((0.7 / 4) + 0.3);
        Assert.True((rescaled - expected).abs().max().item<float>() < 1e-5);
    }
}
