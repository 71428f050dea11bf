using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusionXL;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Tests.Families;

/// <summary>A tiny random SDXL against the numbers that sd-scripts and diffusers computed with it in float32.</summary>
public class StableDiffusionXLTests
{
    private static readonly PixelSize Any = new(64, 64);

    [Theory]
    [InlineData(75, "77")]
    [InlineData(150, "150")]
    [InlineData(225, "225")]
    public void Both_tokenizers_ids_are_sd_scripts(int maxTokens, string name)
    {
        using var scope = torch.NewDisposeScope();
        using var model = Load();
        var texts = Captions().Select(caption => Tokenize(model, caption, maxTokens)).ToList();

        Assert.Equal(Ids($"tokens1.ids_{name}"), texts.SelectMany(text => text.First.SelectMany(chunk => chunk)));
        Assert.Equal(Ids($"tokens2.ids_{name}"), texts.SelectMany(text => text.Second.SelectMany(chunk => chunk)));
    }

    [Theory]
    [InlineData(75, "77")]
    [InlineData(150, "150")]
    [InlineData(225, "225")]
    public void States_are_sd_scripts_and_the_pooled_text_is_that_of_the_user_interfaces(int maxTokens, string name)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = Load();
        using var captions = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("captions-sdxl.json")));
        var rows = captions.RootElement.GetProperty("te_rows").GetProperty(name).EnumerateArray().Select(row => Captions()[row.GetInt32()]);

        var conditioning = model.Encode([.. rows.Select(caption => Tokenize(model, caption, maxTokens))]).Tensors;

        TestData.AssertClose(torch.cat([Golden($"te{name}.hidden1"), Golden($"te{name}.hidden2")], -1), conditioning["context"], 1e-5);
        var pooled = Golden($"te{name}.pool2_transposed_projection");
        TestData.AssertClose(pooled, conditioning["vector"].narrow(1, 0, pooled.shape[1]), 1e-5);
    }

    [Fact]
    public void Trained_as_sd_scripts_reads_a_single_file_the_projection_is_the_other_way_round()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = Load(new() { Substitute = TransposeProjection });

        var conditioning = model.Encode([.. Captions().Take(3).Select(caption => Tokenize(model, caption, 75))]).Tensors;

        var pooled = Golden("te77.pool2");
        TestData.AssertClose(pooled, conditioning["vector"].narrow(1, 0, pooled.shape[1]), 1e-5);

        static Tensor TransposeProjection(string name, Tensor tensor) =>
            name.EndsWith("text_projection", StringComparison.Ordinal) ? tensor.t().contiguous() : tensor;
    }

    [Fact]
    public void Sizes_become_waves_in_the_models_order()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = Load();
        var (original, crop, target) = (Ints("size.original_hw"), Ints("size.crop_top_left"), Ints("size.target_hw"));
        var plain = Tokenize(model, "", 75);
        var texts = original.Select((size, i) => plain with
        {
            Sizes = new(new(size[1], size[0]), crop[i][0], crop[i][1], new(target[i][1], target[i][0])),
        });

        var vector = model.Encode([.. texts]).Tensors["vector"];

        // Cosines of thousands in 32 bits are good to 1.2e-4.
        TestData.AssertClose(Golden("size.embedding"), vector.narrow(1, vector.shape[1] - 1536, 1536), 2e-4);
    }

    [Fact]
    public void The_crop_that_is_told_is_the_one_that_sd_scripts_records()
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("size-conditioning-sdxl.json")));
        var rows = expected.RootElement.GetProperty("cases").EnumerateObject()
            .SelectMany(set => set.Value.GetProperty("rows").EnumerateArray()).ToList();

        Assert.Equal(168, rows.Count);
        Assert.All(rows, row =>
        {
            var (size, bucket) = (Size(row.GetProperty("size")), Size(row.GetProperty("bucket")));
            var (plain, mirrored) = (SizeConditioning.Of(new(size, bucket, false)), SizeConditioning.Of(new(size, bucket, true)));
            Assert.Equal(
                $"{Pair("cond_original_hw")} {Pair("cond_crop_top_left")} {Pair("cond_target_hw")} {Pair("flipped_crop_top_left")}",
                $"{plain.Original.Height},{plain.Original.Width} {plain.CropTop},{plain.CropLeft} "
                + $"{plain.Target.Height},{plain.Target.Width} "
                + $"{mirrored.CropTop},{mirrored.CropLeft}");

            string Pair(string name) => $"{row.GetProperty(name)[0].GetInt32()},{row.GetProperty(name)[1].GetInt32()}";
        });

        static PixelSize Size(JsonElement pair) => new(pair[0].GetInt32(), pair[1].GetInt32());
    }

    [Theory]
    [InlineData("unet_a")]
    [InlineData("unet_b")]
    [InlineData("unet_c")]
    [InlineData("unet_odd")]
    public void Noise_is_predicted_as_sd_scripts_and_diffusers_do(string golden)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = Load();
        var conditioning = new Conditioning(new Dictionary<string, Tensor>
        {
            ["context"] = Golden($"{golden}.context"), ["vector"] = Golden($"{golden}.vector"),
        });

        var noise = model.Predict(Golden($"{golden}.latent"), Golden($"{golden}.timesteps", ScalarType.Int64), conditioning);

        TestData.AssertClose(Golden($"{golden}.out"), noise, 1e-5);
    }

    [Fact]
    public void Latents_are_scaled_by_the_familys_factor()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var model = Load();

        var (mean, logVariance) = model.Autoencoder.Encode(Golden("vae.image_norm"));
        var sample = model.Autoencoder.Sample(mean, logVariance, Golden("vae.sample_eps"));

        TestData.AssertClose(Golden("vae.encode_mean"), mean, 1e-5);
        TestData.AssertClose(Golden("vae.encode_logvar"), logVariance, 1e-5);
        TestData.AssertClose(Golden("vae.latent_sampled_scaled"), sample, 1e-5);
        TestData.AssertClose(Golden("vae.decode_out"), model.Autoencoder.Decode(Golden("vae.latent_scaled_in")), 1e-5);
    }

    [Fact]
    public void In_half_precision_the_autoencoder_stays_in_32_bits()
    {
        using var model = Load(type: ScalarType.Float16);

        Assert.Equal((ScalarType.Float16, ScalarType.Float32), (model.Type, model.Autoencoder.Type));
    }

    [Fact]
    public void A_diffusers_folder_gives_the_same_prediction()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        using var folder = new TemporaryFolder();
        TinyXL.WriteFolder(folder.Path);
        using var single = Load();
        using var other = (StableDiffusionXLModel)ModelFamilies.Load(folder.Path, ScalarType.Float32, TestData.Device);

        Assert.Equal(TestData.Floats(Draw(single)), TestData.Floats(Draw(other)));
    }

    [Theory]
    [InlineData(new[] { "v_pred" }, PredictionType.Velocity, false)]
    [InlineData(new[] { "v_pred", "ztsnr" }, PredictionType.Velocity, true)]
    [InlineData(new string[0], PredictionType.Epsilon, false)]
    public void Empty_tensors_say_what_is_predicted(string[] marks, PredictionType prediction, bool zeroTerminal)
    {
        using var folder = new TemporaryFolder();
        using var model = (StableDiffusionXLModel)ModelFamilies.Load(TinyXL.Write(folder, marks), ScalarType.Float32, TestData.Device);

        Assert.Equal((prediction, zeroTerminal), (model.Noise.Prediction, model.Noise.HasZeroTerminalSnr));
        // Samplers then begin with noise alone.
        Assert.Equal(zeroTerminal ? 4518.8 : 14.61, model.Noise.Levels(SamplerKind.EulerAncestral, 20)[0], zeroTerminal ? 0.1 : 0.01);
    }

    [Fact]
    public void Options_that_contradict_the_files_are_errors()
    {
        using var folder = new TemporaryFolder();
        var path = TinyXL.Write(folder, ["v_pred"]);

        foreach (var options in (ModelOptions[])[new() { VParameterization = false }, new() { V2 = true }])
        {
            Assert.Equal(
                DiagnosticCode.ModelContradiction,
                Assert.Throws<LoraBuildException>(() => ModelFamilies.Load(path, ScalarType.Float32, options: options)).Diagnostic.Code);
        }
    }

    [Fact]
    public void The_refiner_and_an_inpainting_model_are_named()
    {
        using var folder = new TemporaryFolder();
        var refiner = TinyXL.Write(
            folder,
            rename: name => name.StartsWith("conditioner.embedders.0.", StringComparison.Ordinal) ? null
                : name.Replace("conditioner.embedders.1.", "conditioner.embedders.0.", StringComparison.Ordinal));
        Assert.StartsWith("The base model is the refiner of SDXL.", Message(refiner), StringComparison.Ordinal);

        var inpainting = TinyXL.Write(folder, change: (name, tensor) =>
            name == "model.diffusion_model.input_blocks.0.0.weight" ? torch.zeros(32, 9, 3, 3) : tensor);
        Assert.StartsWith(
            "The base model is an inpainting model: its UNet takes 9 channels", Message(inpainting), StringComparison.Ordinal);

        static string Message(string path)
        {
            var problem = Assert.Throws<LoraBuildException>(() => ModelFamilies.Load(path, ScalarType.Float32)).Diagnostic;
            Assert.Equal(DiagnosticCode.WrongArchitecture, problem.Code);
            return problem.Message;
        }
    }

    [Fact]
    public void Missing_tensors_are_named()
    {
        using var folder = new TemporaryFolder();
        var path =
            TinyXL.Write(folder, rename: name => name.Contains("transformer_blocks.1.norm2", StringComparison.Ordinal) ? null : name);

        var problem = Assert.Throws<LoraBuildException>(() => ModelFamilies.Load(path, ScalarType.Float32)).Diagnostic;

        Assert.Equal(DiagnosticCode.CheckpointMismatch, problem.Code);
        Assert.Contains("transformer_blocks.1.norm2.weight' [128] is missing", problem.Message, StringComparison.Ordinal);
        Assert.Contains("is not that of SDXL", problem.Message, StringComparison.Ordinal);
    }

    private static StableDiffusionXLModel Load(ModelOptions? options = null, ScalarType type = ScalarType.Float32) =>
        (StableDiffusionXLModel)ModelFamilies.Load(
            TinyXL.Checkpoint, type, TestData.Device, (options ?? new()) with { Tokenizer = TinyXL.Tokenizer });

    private static SizedText Tokenize(StableDiffusionXLModel model, string caption, int maxTokens) =>
        (SizedText)model.Tokenize(caption, PictureFrame.Drawn(Any), maxTokens, weighted: false);

    private static Tensor Draw(StableDiffusionXLModel model)
    {
        var conditioning = model.Encode([Tokenize(model, Captions()[0], 225)]);
        return model.Predict(Golden("unet_b.latent"), torch.tensor([500L], device: TestData.Device), conditioning);
    }

    private static List<string> Captions()
    {
        using var captions = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("captions-sdxl.json")));
        return [.. captions.RootElement.GetProperty("captions").EnumerateArray().Select(caption => caption.GetString()!)];
    }

    private static Tensor Golden(string name, ScalarType? dtype = null)
    {
        using var file = SafetensorsFile.Open(TestData.PathOf("golden-forward-sdxl.safetensors"));
        return file.Load(name, dtype, TestData.Device);
    }

    private static long[] Ids(string name)
    {
        using var ids = Golden(name, ScalarType.Int64).cpu();
        return ids.contiguous().data<long>().ToArray();
    }

    private static int[][] Ints(string name) => [.. Ids(name).Select(value => (int)value).Chunk(2)];
}
