using LoraBuild.Training.Adapters;

namespace LoraBuild.Training.Tests.Adapters;

/// <summary>Outputs of LyCORIS' own LoCon modules on the tiny checkpoint.</summary>
public class GoldenLoConTests
{
    [Theory]
    [InlineData(1.0, "m1.0")]
    [InlineData(0.5, "m0.5")]
    public void An_applied_file_gives_LyCORIS_outputs(double strength, string name)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var model = TestData.LoadTiny();
        using var inputs = TestData.Open("golden-forward.safetensors");
        using var golden = TestData.Open("golden-locon.safetensors");
        using var lora = AppliedLora.Apply(TestData.PathOf("golden-locon.weights.safetensors"), model, strength);
        var (latents, timesteps) = (inputs.Read("unet_a.latent"), inputs.Read("unet_a.timesteps", ScalarType.Int64));
        var tokens = TestData.Tokens(inputs.Read("te.input_ids").index_select(0, tensor(new long[] { 0, 4 }, device: TestData.Device)));

        var hidden = model.TextEncoder.Encode(tokens, clipSkip: 2);

        Assert.True(TestData.RelativeError(golden.Read($"locon.{name}.te_hidden_clipskip_2"), hidden) < 1e-5);
        Assert.True(
            TestData.RelativeError(golden.Read($"locon.{name}.unet_out_te"), model.UNet.Forward(latents, timesteps, hidden)) < 1e-5);
        Assert.True(TestData.RelativeError(
            golden.Read($"locon.{name}.unet_out"), model.UNet.Forward(latents, timesteps, inputs.Read("unet_a.context"))) < 1e-5);
    }
}
