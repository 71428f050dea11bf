using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Tests.Families;

public class StableDiffusionTests
{
    [Fact]
    public void On_a_GPU_32_bits_are_not_rounded_to_TF32()
    {
        torch.backends.cudnn.allow_tf32 = true;

        using var model = TestData.LoadTiny();

        Assert.False(torch.backends.cudnn.allow_tf32);
    }

    [Fact]
    public void The_miniature_loads_from_its_folder_with_its_own_heads_and_groups()
    {
        using var model = (StableDiffusionModel)ModelFamilies.Load(TestData.PathOf("mini-sd"), ScalarType.Float32);

        Assert.Equal((96L, 96L, 3, 8), (model.TextEncoder.Size, model.UNet.ContextSize, model.TextEncoder.Depth, model.Vae.Reduction));
        Assert.Equal(4, model.UNet.InChannels);
        Assert.All(model.UNet.Layers, layer => Assert.False(layer.Weight.requires_grad));
    }

    [Fact]
    public void Files_without_the_text_model_level_load_alike()
    {
        const string level = ".transformer.text_model.";
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        CopyMiniature(folder, name => name.Replace(level, ".transformer.", StringComparison.Ordinal), _ => true);

        using var model = (StableDiffusionModel)ModelFamilies.Load(folder.Path, ScalarType.Float32);

        Assert.Equal(3, model.TextEncoder.Depth);
    }

    [Fact]
    public void Missing_tensors_are_named_with_what_was_expected()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        CopyMiniature(folder, name => name, name => !name.Contains("middle_block.2.", StringComparison.Ordinal));

        var diagnostic =
            Assert.Throws<LoraBuildException>(() => (StableDiffusionModel)ModelFamilies.Load(folder.Path, ScalarType.Float32)).Diagnostic;

        Assert.Equal((DiagnosticCode.CheckpointMismatch, folder.File("model.safetensors")), (diagnostic.Code, diagnostic.File));
        Assert.Contains(
            "'model.diffusion_model.middle_block.2.in_layers.0.weight' [64] is missing", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains("and 5 more", diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"unet":{"num_heads":3}}""", DiagnosticCode.CheckpointMismatch, "model.safetensors")]
    [InlineData("""{"unet":{"num_heads":0}}""", DiagnosticCode.CheckpointMismatch, "config.json")]
    [InlineData("""{"unet":{"num_heads":"4"}}""", DiagnosticCode.CheckpointMismatch, "config.json")]
    [InlineData("""{"unet":""", DiagnosticCode.CheckpointMismatch, "config.json")]
    [InlineData("""{"unet":{}}""", DiagnosticCode.CheckpointMismatch, "model.safetensors")]
    public void A_config_that_does_not_fit_is_an_error(string config, string code, string file)
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        CopyMiniature(folder, name => name, _ => true);
        File.WriteAllText(folder.File("config.json"), config);

        var diagnostic =
            Assert.Throws<LoraBuildException>(() => (StableDiffusionModel)ModelFamilies.Load(folder.Path, ScalarType.Float32)).Diagnostic;

        Assert.Equal((code, folder.File(file)), (diagnostic.Code, diagnostic.File));
    }

    [Fact]
    public void The_numbers_of_heads_and_groups_may_stand_in_the_metadata()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        CopyMiniature(
            folder, name => name, _ => true,
            [new("unet.num_heads", "4"), new("vae.norm_num_groups", "8"), new("clip.num_attention_heads", "4")]);
        File.Delete(folder.File("config.json"));

        using var model = (StableDiffusionModel)ModelFamilies.Load(folder.File("model.safetensors"), ScalarType.Float32);

        using var original = (StableDiffusionModel)ModelFamilies.Load(TestData.PathOf("mini-sd"), ScalarType.Float32);
        Assert.Equal(TestData.Floats(Predict(original)), TestData.Floats(Predict(model)));
    }

    [Fact]
    public void Another_models_tokenizer_is_refused() => Assert.Equal(
        DiagnosticCode.TokenizerInvalid,
        Assert.Throws<LoraBuildException>(() => (StableDiffusionModel)ModelFamilies.Load(
            TestData.PathOf("mini-sd"), ScalarType.Float32,
            options: new() { Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer") })).Diagnostic.Code);

    [Fact]
    public void A_vocabulary_is_only_fetched_for_a_sound_model_without_one()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinyModel();
        var path = tiny.WriteFile(name => name);
        var asked = 0;
        var options = new ModelOptions { FetchTokenizer = Fetch };

        using ((StableDiffusionModel)ModelFamilies.Load(path, ScalarType.Float32, options: options))
            Assert.Equal(0, asked);
        File.Delete(tiny.PathOf("tokenizer/merges.txt"));
        using ((StableDiffusionModel)ModelFamilies.Load(path, ScalarType.Float32, options: options))
            Assert.Equal(1, asked);
        File.WriteAllText(path, "no model");
        Assert.Throws<LoraBuildException>(() => (StableDiffusionModel)ModelFamilies.Load(path, ScalarType.Float32, options: options));
        Assert.Equal(1, asked);

        string Fetch()
        {
            asked++;
            return TestData.PathOf("tiny-sd15", "tokenizer", "merges.txt");
        }
    }

    [Fact]
    public void A_missing_model_or_a_folder_without_one_is_an_error()
    {
        using var folder = new TemporaryFolder();

        foreach (var path in (string[])[folder.Path, folder.File("model.safetensors")])
        {
            Assert.Equal(
                DiagnosticCode.BaseModelMissing,
                Assert.Throws<LoraBuildException>(
                    () => (StableDiffusionModel)ModelFamilies.Load(path, ScalarType.Float32)).Diagnostic.Code);
        }
    }

    private static Tensor Predict(StableDiffusionModel model) =>
        model.UNet.Forward(torch.ones(1, 4, 8, 8), torch.tensor([500L]), model.TextEncoder.Encode([model.Tokenizer.Encode("cup")]));

    private static void CopyMiniature(
        TemporaryFolder folder, Func<string, string> rename, Func<string, bool> keep, KeyValuePair<string, string>[]? metadata = null)
    {
        using var file = SafetensorsFile.Open(TestData.PathOf("mini-sd", "mini-sd.safetensors"));
        SafetensorsWriter.Write(
            folder.File("model.safetensors"), file.Tensors.Keys.Where(keep).ToDictionary(rename, name => file.Load(name)), metadata);
        File.Copy(TestData.PathOf("mini-sd", "config.json"), folder.File("config.json"));
        Directory.CreateDirectory(folder.File("tokenizer"));
        File.Copy(TestData.PathOf("mini-sd", "tokenizer", "merges.txt"), folder.File("tokenizer/merges.txt"));
    }
}
