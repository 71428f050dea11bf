using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusionXL;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Training.Tests.StableDiffusionXL;

/// <summary>Names, shapes, outputs and gradients of LyCORIS' and sd-scripts' own modules on a tiny SDXL.</summary>
public class GoldenXLAdapterTests
{
    [Theory]
    [InlineData("loha", AdapterAlgorithm.LoHa, 4, false)]
    [InlineData("locon", AdapterAlgorithm.LoCon, 4, false)]
    [InlineData("lokr", AdapterAlgorithm.LoKr, 4, false)]
    [InlineData("loha_tucker", AdapterAlgorithm.LoHa, 4, true)]
    [InlineData("lora", AdapterAlgorithm.Lora, 0, false)]
    [InlineData("lora_c3lier", AdapterAlgorithm.Lora, 4, false)]
    public void Keys_and_shapes_come_in_the_order_of_LyCORIS(string name, AdapterAlgorithm algorithm, int convDim, bool tucker)
    {
        using var scope = NewDisposeScope();
        using var model = XLData.Load();
        using var network = AdapterNetwork.Create(model, new() { Algo = algorithm, ConvDim = convDim, UseTucker = tucker });

        var golden = XLData.Numbers("keys-sdxl.json").GetProperty(name);
        var keys = golden.GetProperty("keys").EnumerateObject().Select(tensor => $"{tensor.Name} {tensor.Value.GetRawText()}").ToList();
        var tensors = network.Modules.SelectMany(module => module.Tensors()).ToList();
        Assert.Equal(
            keys.Order(StringComparer.Ordinal),
            tensors.Select(tensor => $"{tensor.Key} [{string.Join(',', tensor.Value.shape)}]").Order(StringComparer.Ordinal));
        Assert.Equal(
            golden.GetProperty("keys").EnumerateObject().Select(tensor => tensor.Name.Split('.')[0]).Distinct(),
            network.Modules.Select(module => module.Layer.Name));
        Assert.Equal(
            golden.GetProperty("n_params").GetInt64(), tensors.Where(tensor => tensor.Value.dim() > 0).Sum(tensor => tensor.Value.numel()));
    }

    [Fact]
    public void Presets_choose_the_layers_that_LyCORIS_chooses()
    {
        using var scope = NewDisposeScope();
        using var model = XLData.Load();

        foreach (var preset in XLData.Numbers("keys-sdxl.json").GetProperty("loha").GetProperty("presets").EnumerateObject())
        {
            using var network = AdapterNetwork.Create(model, new() { Preset = AdapterPreset.TryParse(preset.Name)! });
            Assert.Equal(
                preset.Value.EnumerateArray().Select(layer => layer.GetString()), network.Modules.Select(module => module.Layer.Name));
        }
    }

    [Theory]
    [InlineData("loha", 1.0, "m1.0")]
    [InlineData("loha", 0.5, "m0.5")]
    [InlineData("locon", 1.0, "m1.0")]
    [InlineData("locon", 0.5, "m0.5")]
    [InlineData("lokr", 1.0, "m1.0")]
    [InlineData("lokr", 0.5, "m0.5")]
    [InlineData("lora", 1.0, "m1.0")]
    [InlineData("lora", 0.5, "m0.5")]
    public void An_applied_file_gives_LyCORIS_outputs(string kind, double strength, string name)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var model = XLData.Load();
        using var inputs = TestData.Open("golden-forward-sdxl.safetensors");
        using var golden = XLData.Open("golden-loha-sdxl.safetensors");
        using var lora = AppliedLora.Apply(TestData.PathOf(XLData.PathOf($"golden-{kind}-sdxl.weights.safetensors")), model, strength);

        var conditioning = Encode(model, golden);
        var output = model.Predict(inputs.Read("unet_a.latent"), inputs.Read("unet_a.timesteps", ScalarType.Int64), conditioning);

        var states = cat([golden.Read($"{kind}.{name}.hidden1"), golden.Read($"{kind}.{name}.hidden2")], -1);
        Assert.InRange(TestData.RelativeError(states, conditioning.Tensors["context"]), 0, 1e-5);
        var pooled = golden.Read($"{kind}.{name}.pool2");
        Assert.InRange(TestData.RelativeError(pooled, conditioning.Tensors["vector"].narrow(1, 0, pooled.shape[1])), 0, 1e-5);
        Assert.InRange(TestData.RelativeError(golden.Read($"{kind}.{name}.unet_out"), output), 0, 1e-5);
    }

    [Fact]
    public void Gradients_of_LoHa_are_LyCORIS_gradients()
    {
        using var scope = NewDisposeScope();
        using var model = XLData.Load();
        using var inputs = TestData.Open("golden-forward-sdxl.safetensors");
        using var golden = XLData.Open("golden-loha-sdxl.safetensors");
        using var gradients = XLData.Open("golden-loha-sdxl.grads.safetensors");
        var expected = XLData.Numbers("golden-grads-sdxl.json").GetProperty("loha.grad");
        using var lora = AppliedLora.Apply(TestData.PathOf(XLData.PathOf("golden-loha-sdxl.weights.safetensors")), model);
        var factors = lora.Modules.SelectMany(module => module.Tensors()).Where(
            tensor => !tensor.Key.EndsWith("alpha", StringComparison.Ordinal))
            .ToDictionary(tensor => tensor.Key, tensor => tensor.Value.requires_grad_());

        var output = model.Predict(inputs.Read("unet_a.latent"), inputs.Read("unet_a.timesteps", ScalarType.Int64), Encode(model, golden));
        var loss = (output - golden.Read("noise")).square().mean();
        Checkpoint.Backward(loss);

        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss.item<float>(), 1e-5);
        var ofRounding = expected.GetProperty("true_gradient_zero").EnumerateArray().Select(name => name.GetString()!).ToHashSet();
        var compared = gradients.Tensors.Keys.Where(name => !ofRounding.Contains(name)).ToList();
        Assert.True(compared.Count > 2000);
        Assert.All(compared, name => Assert.InRange(TestData.RelativeDistance(gradients.Read(name), factors[name].grad!), 0, 2e-5));
        Assert.Equal(
            expected.GetProperty("norms").EnumerateObject().Select(norm => norm.Name).Order(StringComparer.Ordinal),
            factors.Where(factor => factor.Value.grad is not null).Select(factor => factor.Key).Order(StringComparer.Ordinal));
    }

    private static Conditioning Encode(StableDiffusionXLModel model, Diffusion.Safetensors.SafetensorsFile golden)
    {
        var encoded = model.Encode(XLData.Texts(golden.Read("input_ids_1"), golden.Read("input_ids_2"), [default, default]));
        var sizes = golden.Read("size_embedding");
        var vector = encoded.Tensors["vector"];
        // Recorded sizes, in the place of any.
        return new(new Dictionary<string, Tensor>(encoded.Tensors)
        {
            ["vector"] = cat([vector.narrow(1, 0, vector.shape[1] - sizes.shape[1]), sizes], 1),
        });
    }
}
