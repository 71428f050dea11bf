using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Adapters.Algorithms;
using LoraBuild.Training.Merging;
using LoraBuild.Training.Tests.StableDiffusionXL;

namespace LoraBuild.Training.Tests.Adapters;

/// <summary>LyCORIS' <c>train_norm</c>: names and sizes as its <c>modules/norms.py</c> has them, and its formula written out.</summary>
public class TrainNormTests
{
    private static readonly TrainingSettings WithNorms = new() { TrainNorm = true, Preset = AdapterPreset.TryParse("attn-mlp")! };

    [Fact]
    public void SDXL_has_LyCORIS_names()
    {
        using var model = XLData.Load();
        using var network = AdapterNetwork.Create(model, WithNorms with { Preset = AdapterPreset.Full });

        var norms = network.Modules.Where(module => module.Layer is Norm).ToList();
        // 17 residual blocks, and 11 transformers of which level 1 has 5 of one block, and level 2 and the middle 6 of two.
        Assert.Equal((17 * 2) + 11 + (3 * (5 + 12)), norms.Count);
        Assert.Equal(
            [
                "lora_unet_input_blocks_1_0_in_layers_0.w_norm", "lora_unet_input_blocks_1_0_in_layers_0.b_norm",
                "lora_unet_input_blocks_1_0_out_layers_0.w_norm", "lora_unet_input_blocks_1_0_out_layers_0.b_norm",
            ],
            norms.Take(2).SelectMany(module => module.Tensors()).Select(entry => entry.Key));
        Assert.Superset(
            new HashSet<string>
            {
                "lora_unet_input_blocks_4_1_norm", "lora_unet_input_blocks_4_1_transformer_blocks_0_norm1",
                "lora_unet_middle_block_1_transformer_blocks_1_norm3", "lora_unet_output_blocks_8_0_out_layers_0",
            },
            norms.Select(module => module.Layer.Name).ToHashSet());
    }

    [Theory]
    [InlineData("full", "_resnets_1_norm2", "_norm")]
    [InlineData("attn-mlp", "_attentions_0_norm", "_transformer_blocks_0_norm1")]
    [InlineData("attn-only")]
    public void A_preset_has_the_norms_of_its_modules(string preset, params string[] endings)
    {
        using var model = TestData.LoadTiny();
        using var network = AdapterNetwork.Create(model, WithNorms with { Preset = AdapterPreset.TryParse(preset)! });

        var names = network.Modules.Where(module => module.Layer is Norm).Select(module => module.Layer.Name).ToList();
        Assert.All(endings, ending => Assert.Contains(names, name => name.EndsWith(ending, StringComparison.Ordinal)));
        Assert.Equal(preset == "full", names.Exists(name => name.Contains("_resnets_", StringComparison.Ordinal)));
        Assert.Equal(endings.Length == 0, names.Count == 0);
        Assert.All(network.Modules.Where(module => module.Layer is Norm), module => Assert.NotNull(model.BlockOf(module.Layer)));
    }

    [Fact]
    public void Output_and_gradients_are_those_of_the_changed_gain_and_bias()
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();
        var random = new CounterRandom(3);
        foreach (var (norm, shape) in new (Norm, Func<long, long[]>)[]
            {
                (model.UNet.Norms.Last(norm => norm.Name.Contains("mid_block_resnets", StringComparison.Ordinal)),
                    channels => [2, channels, 5, 3]),
                (model.UNet.Norms.First(norm => norm.Name.EndsWith("_norm1", StringComparison.Ordinal)
                    && norm.Name.Contains("transformer_blocks", StringComparison.Ordinal)), channels => [2, 6, channels]),
            })
        {
            var input = SmallLayer.Gaussian(random, shape(norm.Weight.numel()));
            var kind = AdapterKind.Of(AdapterAlgorithm.LoHa, norm);
            var factors = kind.NewFactors(norm, 4, new());
            Assert.All(factors, factor => Assert.Equal(norm.Weight.shape, factor.Shape));
            var weights = SmallLayer.Weights(factors);
            var module = new AdapterModule(norm, kind, factors, weights, alpha: 1);

            var expected = SmallLayer.Evaluate(
                input, weights.Values, x => norm.Apply(x, norm.Weight + weights["w_norm"], norm.Bias! + weights["b_norm"]));

            var difference = SmallLayer.Difference(expected, SmallLayer.Evaluate(input, weights.Values, x => module.Forward(norm, x)));
            Assert.True(difference < 1e-5, $"{norm.Name}: {difference}");
        }
    }

    [Fact]
    public void A_file_is_read_back_and_merged()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var folder = new TemporaryFolder();
        var (file, merged) = (folder.File("aoi.safetensors"), folder.File("merged.safetensors"));
        using var model = TestData.LoadTiny();
        Tensor drawn;
        using (var network = AdapterNetwork.Create(model, WithNorms))
        {
            var random = new CounterRandom(5);
            foreach (var weight in network.Modules.SelectMany(module => module.Factors.Values))
                weight.copy_(SmallLayer.Gaussian(random, weight.shape).mul_(0.1));
            LoraFile.Write(file, network, ModelPrecision.Float32, new Dictionary<string, string>());
            drawn = Draw(model);
        }

        using (AppliedLora.Apply(file, model))
            Assert.Equal(0, TestData.RelativeError(drawn, Draw(model)));
        Assert.True(TestData.RelativeError(Draw(model), drawn) > 0.2, $"{TestData.RelativeError(Draw(model), drawn)}");
        LoraMerge.Write(TestData.TinyModel, [(file, 1)], merged);
        using var changed = ModelFamilies.Load(
            merged, ScalarType.Float32, CPU, new() { Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer") });
        // The checkpoint's numbers have 16 bits.
        Assert.True(TestData.RelativeError(drawn, Draw(changed)) < 0.02, $"{TestData.RelativeError(drawn, Draw(changed))}");
        using var before = SafetensorsFile.Open(TestData.TinyModel);
        using var after = SafetensorsFile.Open(merged);
        const string Bias = "model.diffusion_model.input_blocks.1.1.norm.bias";
        Assert.True(TestData.RelativeError(before.Load(Bias, ScalarType.Float32), after.Load(Bias, ScalarType.Float32)) > 1e-2);

        // A training that goes on from the file trains what it has.
        using var next = AdapterNetwork.Create(model, new() { NetworkWeights = file, DimFromWeights = true });
        Assert.Contains(next.Modules, module => module.Layer is Norm);
    }

    private static Tensor Draw(IDiffusionModel model) => model.Predict(
        SmallLayer.Gaussian(new CounterRandom(7), 1, 4, 8, 8),
        tensor([500L]),
        model.Encode([model.Tokenize("aoi", PictureFrame.Drawn(new(64, 64)), 75, weighted: false)]));
}
