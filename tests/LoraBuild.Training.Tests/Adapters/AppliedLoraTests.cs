using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Training.Tests.Adapters;

/// <summary>Files that other programs wrote.</summary>
public class AppliedLoraTests
{
    private const string Projection = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";
    private const string Out = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0";
    private const string Convolution = "down_blocks.0.resnets.0.conv1";
    private const string Text = "text_model.encoder.layers.0.self_attn.out_proj";

    public static TheoryData<string> Naming => ["kohya", "peft", "peft adapter", "diffusers", "processors", "full path"];

    [Theory]
    [MemberData(nameof(Naming))]
    public void The_same_weights_do_the_same_under_every_naming(string naming)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var folder = new TemporaryFolder();
        using var model = TestData.LoadTiny();
        var path = folder.File("lora.safetensors");
        var random = new CounterRandom(5);
        var tensors = new List<KeyValuePair<string, Tensor>>();
        var expected = new Dictionary<string, Tensor>();
        foreach (var (layerPath, isText) in new[] { (Projection, false), (Out, false), (Convolution, false), (Text, true) })
        {
            // The processors of old knew attention alone.
            if (naming == "processors" && layerPath == Convolution)
                continue;
            var name = (isText ? "lora_te_" : "lora_unet_") + layerPath.Replace('.', '_');
            var layer = model.TextEncoder.Layers.Concat(model.UNet.Layers).Single(layer => layer.Name == name);
            var shape = layer.Weight.shape;
            var down = SmallLayer.Gaussian(random, [3, .. shape.AsSpan(1)]);
            var up = SmallLayer.Gaussian(random, [shape[0], 3, .. shape.Skip(2).Select(_ => 1L)]);
            expected.Add(name, up.flatten(1).matmul(down.flatten(1)).view(shape).to(TestData.Device));
            var (downName, upName) = Names(naming, layerPath, name, isText);
            tensors.Add(new(downName, down));
            tensors.Add(new(upName, up));
        }

        SafetensorsWriter.Write(path, tensors, []);
        if (naming == "peft adapter")
            File.WriteAllText(folder.File("adapter_config.json"), """{"peft_type": "LORA", "r": 3, "lora_alpha": 3}""");
        using var lora = AppliedLora.Apply(path, model);

        Assert.Equal(expected.Keys.Order(), lora.Modules.Select(module => module.Layer.Name).Order());
        Assert.All(lora.Modules, module => Assert.True(TestData.RelativeError(expected[module.Layer.Name], module.WeightChange()) < 1e-5));
    }

    [Fact]
    public void PEFT_keeps_alphas_in_the_metadata_and_DoRA_as_a_list()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var folder = new TemporaryFolder();
        using var model = TestData.LoadTiny();
        var path = folder.File("lora.safetensors");
        var random = new CounterRandom(6);
        SafetensorsWriter.Write(
            path,
            [
                new($"unet.{Projection}.lora_A.weight", SmallLayer.Gaussian(random, 4, 32)),
                new($"unet.{Projection}.lora_B.weight", SmallLayer.Gaussian(random, 32, 4)),
                new($"unet.{Projection}.lora_magnitude_vector", SmallLayer.Gaussian(random, 32).abs()),
                new($"unet.{Out}.lora_A.weight", SmallLayer.Gaussian(random, 4, 32)),
                new($"unet.{Out}.lora_B.weight", SmallLayer.Gaussian(random, 32, 4)),
            ],
            [new("lora_adapter_metadata", """{"unet.lora_alpha": 8, "unet.use_rslora": true, "unet.alpha_pattern": {"to_out.0": 2}}""")]);

        using var lora = AppliedLora.Apply(path, model);

        Assert.Equal([8 * 2, 2 * 2], lora.Modules.Select(module => module.Alpha).OrderDescending());
        Assert.Equal([32, 1], lora.Modules.Single(module => module.Lengths is not null).Lengths!.shape);
    }

    [Theory]
    [InlineData("""{"peft_type": "LORA", "r": 4, "lora_alpha": 2}""", 0.5, 0.5)]
    [InlineData("""{"peft_type": "LORA", "r": 4, "lora_alpha": 2, "use_rslora": true}""", 1, 1)]
    [InlineData("""{"peft_type": "LORA", "r": 4, "lora_alpha": 2, "alpha_pattern": {"to_out.0": 8, ".*": 1}}""", 0.25, 2)]
    [InlineData("""{"peft_type": "LORA", "r": 4, "lora_alpha": 2, "alpha_pattern": {"attn1.to_(q|k)": 12, "ut.0": 1}}""", 3, 0.5)]
    [InlineData("""{"peft_type": "LORA", "r": 8, "lora_alpha": 2, "rank_pattern": {".*": 4}}""", 0.5, 0.5)]
    public void A_PEFT_folder_is_scaled_as_its_configuration_says(string config, double query, double output)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var folder = new TemporaryFolder();
        using var model = TestData.LoadTiny();
        var random = new CounterRandom(8);
        var tensors = new Dictionary<string, Tensor>();
        foreach (var path in new[] { Projection, Out })
        {
            tensors.Add($"base_model.model.{path}.lora_A.weight", SmallLayer.Gaussian(random, 4, 32));
            tensors.Add($"base_model.model.{path}.lora_B.weight", SmallLayer.Gaussian(random, 32, 4));
        }

        SafetensorsWriter.Write(folder.File("adapter_model.safetensors"), [.. tensors], []);
        File.WriteAllText(folder.File("adapter_config.json"), config);

        using var lora = AppliedLora.Apply(folder.Path, model);

        foreach (var (path, scale) in new[] { (Projection, query), (Out, output) })
        {
            var expected =
                tensors[$"base_model.model.{path}.lora_B.weight"].matmul(tensors[$"base_model.model.{path}.lora_A.weight"]).mul(scale);
            var module = lora.Modules.Single(module => module.Layer.Name == "lora_unet_" + path.Replace('.', '_'));
            Assert.True(TestData.RelativeError(expected.to(TestData.Device), module.WeightChange()) < 1e-5);
        }
    }

    // Names and shapes of LoHaLayer and LoKrLayer.create_adapter_parameters; alpha over r, also where both Kronecker factors are whole.
    [Theory]
    [InlineData("LOHA", "hada_w1_a 32,4;hada_w1_b 4,32;hada_w2_a 32,4;hada_w2_b 4,32")]
    [InlineData("LOKR", "lokr_w1 4,4;lokr_w2 8,8")]
    [InlineData("LOKR", "lokr_w1 4,4;lokr_w2_a 8,4;lokr_w2_b 4,8")]
    [InlineData("LOKR", "lokr_w1_a 4,4;lokr_w1_b 4,4;lokr_w2 8,8")]
    public void PEFT_s_LoHa_and_LoKr_are_read_with_alpha_over_r(string type, string shapes)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var folder = new TemporaryFolder();
        using var model = TestData.LoadTiny();
        var random = new CounterRandom(9);
        var tensors = shapes.Split(';').Select(shape => shape.Split(' ')).ToDictionary(
            shape => shape[0], shape => SmallLayer.Gaussian(random, [.. shape[1].Split(',').Select(long.Parse)]));
        SafetensorsWriter.Write(
            folder.File("adapter_model.safetensors"),
            [.. tensors.Select(tensor => KeyValuePair.Create($"base_model.model.{Out}.{tensor.Key}", tensor.Value))], []);
        File.WriteAllText(folder.File("adapter_config.json"), $$"""{"peft_type": "{{type}}", "r": 4, "alpha": 2, "init_weights": true}""");

        using var lora = AppliedLora.Apply(folder.File("adapter_model.safetensors"), model);

        var change = type == "LOHA"
            ? tensors["hada_w1_a"].matmul(tensors["hada_w1_b"]) * tensors["hada_w2_a"].matmul(tensors["hada_w2_b"])
            : Kron(Whole("lokr_w1"), Whole("lokr_w2"));
        Assert.True(TestData.RelativeError((change * 0.5).to(TestData.Device), Assert.Single(lora.Modules).WeightChange()) < 1e-5);

        Tensor Whole(string name) => tensors.TryGetValue(name, out var whole) ? whole : tensors[name + "_a"].matmul(tensors[name + "_b"]);

        static Tensor Kron(Tensor a, Tensor b) => (a.view(a.shape[0], 1, a.shape[1], 1) * b.view(1, b.shape[0], 1, b.shape[1]))
            .reshape(a.shape[0] * b.shape[0], a.shape[1] * b.shape[1]);
    }

    [Theory]
    [InlineData(null, "'adapter_config.json'")]
    [InlineData("[]", "not valid JSON")]
    [InlineData("""{"peft_type": "VERA"}""", "peft_type is VERA")]
    [InlineData("""{"r": 4, "lora_alpha": "2"}""", "lora_alpha of its configuration is no number")]
    [InlineData("""{"r": 0, "lora_alpha": 1e308, "alpha_pattern": {"(": 1}}""", "the pattern '('")]
    [InlineData("""{"r": 4, "lora_alpha": 2, "init_lora_weights": "pissa_niter_16"}""", "on other frozen weights")]
    public void A_PEFT_file_whose_scale_cannot_be_known_is_an_error(string? config, string reason)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = TestData.LoadTiny();
        var random = new CounterRandom(10);
        SafetensorsWriter.Write(
            folder.File("adapter_model.safetensors"),
            [
                new($"base_model.model.{Out}.lora_A.weight", SmallLayer.Gaussian(random, 4, 32)),
                new($"base_model.model.{Out}.lora_B.weight", SmallLayer.Gaussian(random, 32, 4)),
            ],
            []);
        if (config is not null)
            File.WriteAllText(folder.File("adapter_config.json"), config);

        var problem = Assert.Throws<LoraBuildException>(() => AppliedLora.Apply(folder.Path, model)).Diagnostic;

        Assert.Equal(DiagnosticCode.LoraMismatch, problem.Code);
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_files_add_up_each_with_its_strength()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var model = TestData.LoadTiny();
        var (loha, locon) = (TestData.PathOf("golden-loha.weights.safetensors"), TestData.PathOf("golden-locon.weights.safetensors"));
        var layer = model.UNet.Layers.First(layer => layer.Name == "lora_unet_down_blocks_0_resnets_0_conv1");
        var input = SmallLayer.Gaussian(new CounterRandom(7), 2, 32, 6, 5).to(TestData.Device);
        var frozen = layer.Forward(input);
        var each = new List<Tensor>();
        foreach (var file in new[] { loha, locon })
        {
            using (AppliedLora.Apply(file, model))
                each.Add(layer.Forward(input) - frozen);
        }

        using (AppliedLora.Apply([(loha, 0.5), (locon, 0.25)], model))
            Assert.True(TestData.RelativeError(frozen + (each[0] * 0.5) + (each[1] * 0.25), layer.Forward(input)) < 1e-5);

        Assert.True(frozen.equal(layer.Forward(input)).all().item<bool>());
    }

    [Theory]
    [InlineData("lora_unet_mid_block_nothing.lora_up.weight", "no layer lora_unet_mid_block_nothing")]
    [InlineData("lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", "no layer lora_te2_text_model_encoder_layers_0_mlp_fc1")]
    [InlineData("text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_B.weight", "no layer text_encoder_2_text_model")]
    [InlineData("transformer.single_blocks.0.proj.lora_B.weight", "no layer transformer_single_blocks_0_proj")]
    [InlineData("lora_unet_conv_in.oft_blocks", "layer lora_unet_conv_in are of no known kind")]
    [InlineData("lora_unet_conv_in.hada_w1_a", "no 'hada_w1_b' for layer lora_unet_conv_in")]
    [InlineData("lora_unet_conv_in.lokr_w1", "no 'lokr_w2_a' for layer lora_unet_conv_in")]
    [InlineData("model.diffusion_model.out.2.weight", "'model.diffusion_model.out.2.weight', which is no part of a LoRA")]
    public void What_does_not_fit_is_named(string key, string message)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = TestData.LoadTiny();
        SafetensorsWriter.Write(folder.File("lora.safetensors"), [new(key, ones(3, 3))], []);

        var problem = Assert.Throws<LoraBuildException>(() => AppliedLora.Apply(folder.File("lora.safetensors"), model)).Diagnostic;

        Assert.Equal((DiagnosticCode.LoraMismatch, folder.File("lora.safetensors")), (problem.Code, problem.File));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.All(model.UNet.Layers, layer => Assert.Null(layer.Adapter));
    }

    [Theory]
    [InlineData(
        "lora_down.weight", 4, 33,
        "'lora_unet_time_embedding_linear_1.lora_down.weight' is [4, 33], but layer lora_unet_time_embedding_linear_1 needs [4, 32]")]
    [InlineData("lora_up.weight", 128, 5, "needs [128, 4]")]
    [InlineData("alpha", 2, 1, "is not a single number")]
    [InlineData("dora_scale", 1, 128, "needs [1, 32]")]
    [InlineData("lora_left.weight", 1, 1, "does not know what 'lora_unet_time_embedding_linear_1.lora_left.weight' means")]
    [InlineData("hada_w1_a", 1, 1, "of several kinds")]
    [InlineData("lora_mid.weight", 4, 4, "'lora_unet_time_embedding_linear_1.lora_mid.weight'")]
    public void A_tensor_of_another_shape_or_name_is_named(string name, int rows, int columns, string message)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = TestData.LoadTiny();
        var tensors = new Dictionary<string, Tensor> { ["lora_down.weight"] = ones(4, 32), ["lora_up.weight"] = ones(128, 4), ["alpha"] =
            tensor(4f) };
        tensors[name] = ones(rows, columns);
        SafetensorsWriter.Write(
            folder.File("lora.safetensors"),
            [.. tensors.Select(entry => KeyValuePair.Create($"lora_unet_time_embedding_linear_1.{entry.Key}", entry.Value))], []);

        var problem = Assert.Throws<LoraBuildException>(() => AppliedLora.Apply(folder.File("lora.safetensors"), model)).Diagnostic;

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    private static (string Down, string Up) Names(string naming, string path, string name, bool isText)
    {
        var prefix = isText ? "text_encoder." : "unet.";
        // diffusers' attention processors had names of their own for the projections.
        var processor = isText
            ? $"{prefix}{path.Replace("out_proj", "to_out", StringComparison.Ordinal)}_lora"
            : prefix + path.Replace(".to_", ".processor.to_", StringComparison.Ordinal)
                .Replace("to_out.0", "to_out", StringComparison.Ordinal) + "_lora";
        return naming switch
        {
            "kohya" => ($"{name}.lora_down.weight", $"{name}.lora_up.weight"),
            "peft" => ($"{prefix}{path}.lora_A.weight", $"{prefix}{path}.lora_B.weight"),
            "peft adapter" =>
                ($"base_model.model.{prefix}{path}.lora_A.default.weight", $"base_model.model.{prefix}{path}.lora_B.default.weight"),
            "diffusers" => isText
                ? ($"{prefix}{path}.lora_linear_layer.down.weight", $"{prefix}{path}.lora_linear_layer.up.weight")
                : ($"{prefix}{path}.lora.down.weight", $"{prefix}{path}.lora.up.weight"),
            "processors" => ($"{processor}.down.weight", $"{processor}.up.weight"),
            _ => ($"{path}.lora_down.weight", $"{path}.lora_up.weight"),
        };
    }
}
