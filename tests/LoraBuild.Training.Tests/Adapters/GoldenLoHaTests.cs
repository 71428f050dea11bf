using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Training.Tests.Adapters;

/// <summary>Outputs and gradients of LyCORIS' own LoHa modules on the tiny checkpoint.</summary>
public class GoldenLoHaTests
{
    [Theory]
    [InlineData(1.0, "m1.0")]
    [InlineData(0.5, "m0.5")]
    public void An_applied_file_gives_LyCORIS_outputs_and_leaves_the_models_as_they_were(double strength, string name)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var model = TestData.LoadTiny();
        using var inputs = TestData.Open("golden-forward.safetensors");
        using var golden = TestData.Open("golden-loha.safetensors");
        var (latents, timesteps) = (inputs.Read("unet_a.latent"), inputs.Read("unet_a.timesteps", ScalarType.Int64));
        var tokens = TestData.Tokens(inputs.Read("te.input_ids").index_select(0, tensor(new long[] { 0, 4 }, device: TestData.Device)));

        using (AppliedLora.Apply(TestData.PathOf("golden-loha.weights.safetensors"), model, strength))
        {
            var hidden = model.TextEncoder.Encode(tokens, clipSkip: 2);
            Assert.True(TestData.RelativeError(golden.Read($"loha.{name}.te_hidden_clipskip_2"), hidden) < 1e-5);
            Assert.True(
                TestData.RelativeError(golden.Read($"loha.{name}.unet_out_te"), model.UNet.Forward(latents, timesteps, hidden)) < 1e-5);
            var plain = model.UNet.Forward(latents, timesteps, inputs.Read("unet_a.context"));
            Assert.True(TestData.RelativeError(golden.Read($"loha.{name}.unet_out"), plain) < 1e-5);
        }

        var frozen = model.UNet.Forward(latents, timesteps, inputs.Read("unet_a.context"));
        Assert.True(TestData.RelativeError(inputs.Read("unet_a.out"), frozen) < 1e-4);
    }

    [Fact]
    public void Gradients_are_LyCORIS_gradients()
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();
        using var inputs = TestData.Open("golden-forward.safetensors");
        using var golden = TestData.Open("golden-loha.grads.safetensors");
        using var numbers = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("golden-loha.json")));
        using var lora = AppliedLora.Apply(TestData.PathOf("golden-loha.weights.safetensors"), model);
        var factors = lora.Modules.SelectMany(module => module.Tensors()).Where(
            tensor => !tensor.Key.EndsWith("alpha", StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Key, tensor => tensor.Value.requires_grad_());

        var tokens = TestData.Tokens(inputs.Read("te.input_ids").index_select(0, tensor(new long[] { 0, 4 }, device: TestData.Device)));
        var prediction = model.UNet.Forward(
            inputs.Read("unet_a.latent"), inputs.Read("unet_a.timesteps", ScalarType.Int64), model.TextEncoder.Encode(tokens, clipSkip: 2));
        var loss = (prediction - inputs.Read("ddpm.noise")).square().mean();
        Checkpoint.Backward(loss);

        var expected = numbers.RootElement;
        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss.item<float>(), 1e-5);
        var norms = expected.GetProperty("norms").EnumerateObject().ToDictionary(norm => norm.Name, norm => norm.Value.GetDouble());
        Assert.Equal(norms.Keys.Order(), factors.Where(factor => factor.Value.grad is not null).Select(factor => factor.Key).Order());
        // Where group norm has one channel a group it takes the time embedding out again: those gradients are rounding alone.
        var floor = 1e-7 * expected.GetProperty("total_norm").GetDouble();
        Assert.All(norms, norm => Assert.InRange(
            factors[norm.Key].grad!.norm().item<float>(), norm.Value * (1 - 1e-4) - floor, norm.Value * (1 + 1e-4) + floor));
        Assert.All(golden.Tensors.Keys, name => Assert.True(TestData.RelativeError(golden.Read(name), factors[name].grad!) < 1e-5, name));
    }

    [Fact]
    public void A_LoRA_for_another_architecture_is_refused_and_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();

        var problem = Assert.Throws<LoraBuildException>(
            () => AppliedLora.Apply(TestData.PathOf("golden-forward.safetensors"), model)).Diagnostic;

        Assert.Equal(DiagnosticCode.LoraMismatch, problem.Code);
        Assert.All(model.UNet.Layers, layer => Assert.Null(layer.Adapter));
    }
}
