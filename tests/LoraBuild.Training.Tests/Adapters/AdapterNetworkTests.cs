using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Training.Tests.Adapters;

public class AdapterNetworkTests
{
    private static readonly AdapterPreset Middle = AdapterPreset.TryParse("mid_block.*,CLIPMLP")!;

    [Theory]
    [InlineData("full", 72, 282)]
    [InlineData("attn-mlp", 72, 192)]
    [InlineData("attn-only", 48, 128)]
    [InlineData("unet-only", 0, 282)]
    [InlineData("unet-transformer-only", 0, 192)]
    [InlineData("*attn2_to_k", 0, 16)]
    public void A_preset_chooses_its_layers(string preset, int textEncoder, int unet)
    {
        using var model = TestData.LoadTiny();
        using var network = Create(model, new() { Preset = AdapterPreset.TryParse(preset)! });

        Assert.Equal(textEncoder, network.Modules.Count(module => module.Layer.Name.StartsWith("lora_te_", StringComparison.Ordinal)));
        Assert.Equal(unet, network.Modules.Count(module => module.Layer.Name.StartsWith("lora_unet_", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 0)]
    public void Sd_scripts_LoRA_of_the_UNet_alone_needs_no_preset(int convDim, int ofTextEncoder)
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();
        using var network =
            AdapterNetwork.Create(model, new() { Algo = AdapterAlgorithm.Lora, ConvDim = convDim, NetworkTrainUnetOnly = true });

        Assert.NotEmpty(network.Modules);
        Assert.Equal(ofTextEncoder, network.Modules.Count(module => module.Layer.Name.StartsWith("lora_te_", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(AdapterAlgorithm.Lora, ".lora_up.weight")]
    [InlineData(AdapterAlgorithm.LoHa, ".hada_w2_a")]
    [InlineData(AdapterAlgorithm.LoKr, ".lokr_w1")]
    public void LoRA_plus_raises_the_rate_of_one_factor(AdapterAlgorithm algorithm, string factor)
    {
        using var model = TestData.LoadTiny();
        using var network = Create(model, new() { Algo = algorithm, LoraplusLrRatio = 16, LoraplusTextEncoderLrRatio = 2 });

        Assert.NotEmpty(network.Parameters.Trained);
        Assert.All(network.Parameters.Trained, shape => Assert.Equal(
            !shape.Name.EndsWith(factor, StringComparison.Ordinal) ? 1
                : shape.Name.StartsWith("lora_te", StringComparison.Ordinal) ? 2
                : 16,
            shape.RateFactor));
    }

    [Fact]
    public void A_name_that_no_layer_has_is_an_error()
    {
        using var model = TestData.LoadTiny();

        var problem = Assert.Throws<LoraBuildException>(
            () => Create(model, new() { Preset = AdapterPreset.TryParse("*to_k, mid_blok.*")! })).Diagnostic;

        Assert.Equal(DiagnosticCode.InvalidTrainingSetting, problem.Code);
        Assert.Contains("'mid_blok.*'", problem.Message, StringComparison.Ordinal);
        Assert.All(model.UNet.Layers, layer => Assert.Null(layer.Adapter));
    }

    [Fact]
    public void Blocks_have_ranks_alphas_and_learning_rates_of_their_own()
    {
        using var model = TestData.LoadTiny();
        var dims = Enumerable.Repeat(2, BlockLayout.StableDiffusion.Count).ToArray();
        (dims[12], dims[24]) = (8, 0);
        using var network = Create(model, new()
        {
            Algo = AdapterAlgorithm.LoCon, BlockDims = BlockValues.TryParse(string.Join(',', dims), [25], 100), ConvDim = 3,
            BlockAlphas = BlockValues.TryParse(string.Join(',', dims.Select(dim => dim / 2.0)), [25], 100),
            DownLrWeight = BlockValues.TryParseCurve("zeros", [12], 100), MidLrWeight = BlockValues.TryParse("0.5", [1], 100),
        });

        var modules = network.Modules.ToDictionary(module => module.Layer.Name);
        Assert.DoesNotContain(modules.Keys, name => name.Contains("down_blocks", StringComparison.Ordinal));
        var middle = modules["lora_unet_mid_block_attentions_0_proj_in"];
        Assert.Equal((8, 4.0), (middle.Factors["lora_down.weight"].shape[0], middle.Alpha));
        Assert.Equal(3, modules["lora_unet_mid_block_resnets_0_conv1"].Factors["lora_down.weight"].shape[0]);
        Assert.DoesNotContain("lora_unet_up_blocks_3_attentions_2_proj_in", modules.Keys);
        Assert.Equal(4, modules["lora_unet_time_embedding_linear_1"].Factors["lora_down.weight"].shape[0]);
        Assert.Equal([0.5, 1], network.Parameters.Ranges.Where(range => range.Group
            == TestGroups.Denoiser).Select(range => range.RateFactor).Distinct().Order());
        Assert.All(network.Parameters.Ranges, range => Assert.Equal(2e-3 * range.RateFactor, range.LearningRate(_ => 2e-3)));
    }

    [Theory]
    [InlineData(AdapterAlgorithm.LoHa)]
    [InlineData(AdapterAlgorithm.Lora)]
    [InlineData(AdapterAlgorithm.LoCon)]
    [InlineData(AdapterAlgorithm.LoKr)]
    public void Changes_that_are_too_long_are_shortened_and_no_other(AdapterAlgorithm algorithm)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var model = TestData.LoadTiny();
        using var network = Create(model, new() { Algo = algorithm, ScaleWeightNorms = 1, Preset = Middle, ConvDim = 2, NetworkDim = 2 });
        Randomize(network, 1);
        var before = network.Modules.Select(module => module.WeightChange()).ToList();
        var longest = before.Select(change => change.norm().item<float>()).Order().ElementAt(before.Count / 2);

        network.ScaleWeightNorms(longest);

        for (var i = 0; i < before.Count; i++)
        {
            var length = before[i].norm().item<float>();
            var expected = length > longest ? before[i] * (longest / length) : before[i];
            Assert.True(TestData.RelativeError(expected, network.Modules[i].WeightChange()) < 1e-5);
        }

        // LyCORIS' LoHa and LoCon keep the scale beside the factors, so that a file has it in one of them.
        Assert.Equal(algorithm is AdapterAlgorithm.LoHa or AdapterAlgorithm.LoCon, network.Modules[0].Scalar is not null);
        using var folder = new TemporaryFolder();
        Assert.All(Reread(network, model, folder), pair => Assert.True(TestData.RelativeError(pair.Written, pair.Read) < 1e-5));
    }

    [Theory]
    [InlineData("algo=loha use_tucker=true")]
    [InlineData("algo=lora conv_dim=2")]
    [InlineData("algo=locon dora_wd=true use_tucker=true rs_lora=true")]
    [InlineData("algo=locon dora_wd=true wd_on_output=false")]
    [InlineData("algo=lokr decompose_both=true network_dim=1 use_scalar=true")]
    [InlineData("algo=lokr full_matrix=true")]
    public void A_written_file_is_read_as_the_same_change_and_a_training_can_start_from_it(string options)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var folder = new TemporaryFolder();
        using var model = TestData.LoadTiny();
        var settings = TrainingSettings.Parse(
            $"{options} preset=mid_block.*,CLIPMLP".Split(' ').ToDictionary(option => option.Split('=')[0], option => option.Split('=')[1]),
            out var problems);
        Assert.Empty(problems);
        List<Tensor> changes;
        using (var network = Create(model, settings))
        {
            Randomize(network, 2);
            changes = [.. network.Modules.Select(module => module.WeightChange())];
            Assert.All(Reread(network, model, folder), pair => Assert.True(TestData.RelativeError(pair.Written, pair.Read) < 1e-5));
        }

        // Another alpha does not change what it starts with.
        foreach (var start in new[] { settings with { NetworkAlpha = 3 }, new() { DimFromWeights = true } })
        {
            using var network = Create(model, start with { NetworkWeights = folder.File("lora.safetensors") });
            Assert.All(
                changes.Zip(network.Modules), pair => Assert.True(TestData.RelativeError(pair.First, pair.Second.WeightChange()) < 1e-5));
        }
    }

    [Fact]
    public void A_file_to_start_from_must_have_the_ranks_and_layers_of_the_training()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = TestData.LoadTiny();
        var settings = new TrainingSettings { Preset = Middle, NetworkWeights = folder.File("lora.safetensors") };
        using (var network = Create(model, settings with { NetworkWeights = null, NetworkDim = 3 }))
            LoraFile.Write(settings.NetworkWeights, network, ModelPrecision.Float32, new Dictionary<string, string>());

        var rank = Assert.Throws<LoraBuildException>(() => Create(model, settings)).Diagnostic;
        Assert.Equal(DiagnosticCode.LoraMismatch, rank.Code);
        Assert.Contains("lora_te_text_model_encoder_layers_0_mlp_fc1 has hada_w1_a [256, 3]", rank.Message, StringComparison.Ordinal);
        var fewer = settings with { NetworkDim = 3, Preset = AdapterPreset.TryParse("mid_block.*")! };
        var layers = Assert.Throws<LoraBuildException>(() => Create(model, fewer)).Diagnostic;
        Assert.Contains("gets no adapter", layers.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_twin_has_the_same_weights_on_other_models()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var model = TestData.LoadTiny();
        using var second = TestData.LoadTiny();
        using var network = Create(model, new() { Algo = AdapterAlgorithm.LoKr, DoraWd = true, UseScalar = true, Preset = Middle });
        using var twin = network.Twin(second);
        Randomize(network, 3);

        Assert.All(network.Modules.Zip(twin.Modules), pair =>
        {
            Assert.True(pair.First.WeightChange().equal(pair.Second.WeightChange()).all().item<bool>());
            Assert.Same(pair.Second, pair.Second.Layer.Adapter);
            Assert.NotSame(pair.First.Layer, pair.Second.Layer);
        });
    }

    private static AdapterNetwork Create(StableDiffusionModel model, TrainingSettings settings) =>
        AdapterNetwork.Create(model, settings);

    private static void Randomize(AdapterNetwork network, int seed)
    {
        var random = new CounterRandom(seed);
        foreach (var module in network.Modules)
        {
            foreach (var factor in module.Factors.Values)
                factor.copy_(SmallLayer.Gaussian(random, factor.shape));
            module.Scalar?.fill_(0.5);
        }
    }

    private static List<(Tensor Written, Tensor Read)> Reread(AdapterNetwork network, StableDiffusionModel model, TemporaryFolder folder)
    {
        var path = folder.File("lora.safetensors");
        var written = network.Modules.ToDictionary(module => module.Layer, module => module.WeightChange());
        LoraFile.Write(path, network, ModelPrecision.Float32, new Dictionary<string, string>());
        using var read = AppliedLora.Apply(path, model);
        Assert.Equal(written.Count, read.Modules.Count);
        return [.. read.Modules.Select(module => (written[module.Layer], module.WeightChange()))];
    }
}
