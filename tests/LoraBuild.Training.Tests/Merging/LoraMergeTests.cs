using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Merging;
using LoraBuild.Training.Tests.Adapters;

namespace LoraBuild.Training.Tests.Merging;

public class LoraMergeTests
{
    private static readonly string Tiny = TestData.PathOf("tiny-sd15", "tiny-sd15.safetensors");

    private static readonly (string, double)[] Two =
        [(TestData.PathOf("golden-loha.weights.safetensors"), 0.7), (TestData.PathOf("golden-locon.weights.safetensors"), -0.4)];

    [Theory]
    [InlineData(ScalarType.Float32, 2e-5)]
    [InlineData(ScalarType.Float16, 3e-2)]
    public void A_merged_checkpoint_draws_what_the_unmerged_LoRAs_draw(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var folder = new TemporaryFolder();
        var checkpoint = Copy(folder, type);
        var target = folder.File("merged", "aoi-merged.safetensors");
        (string, double)[] files = [.. Two, (LoKr(folder), 0.5)];

        var layers = LoraMerge.Write(checkpoint, files, target);

        using var frozen = Load(checkpoint);
        var (plainText, plain) = Outputs(frozen);
        using var lora = AppliedLora.Apply(files, frozen);
        Assert.Equal(lora.Modules.DistinctBy(module => module.Layer).Count(), layers);
        var (expectedText, expected) = Outputs(frozen);
        using var merged = Load(target);
        var (text, output) = Outputs(merged);
        Assert.True(TestData.RelativeError(expectedText, text) < tolerance, $"{TestData.RelativeError(expectedText, text)}");
        Assert.True(TestData.RelativeError(expected, output) < tolerance, $"{TestData.RelativeError(expected, output)}");
        // The LoRAs do change something.
        Assert.True(
            TestData.RelativeError(expectedText, plainText) > 10 * tolerance && TestData.RelativeError(expected, plain) > 10 * tolerance);
    }

    [Fact]
    public void No_tokenizer_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        var alone = folder.File("alone.safetensors");
        File.Copy(Tiny, alone);

        Assert.True(LoraMerge.Write(alone, [(Two[0].Item1, 1)], folder.File("merged.safetensors")) > 0);
    }

    [Fact]
    public void Names_types_and_all_other_tensors_stay_and_the_metadata_says_what_was_merged()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var checkpoint = Copy(folder, ScalarType.Float16);
        var target = folder.File("aoi-merged.safetensors");

        LoraMerge.Write(checkpoint, [(Two[0].Item1, 1)], target);

        using var before = SafetensorsFile.Open(checkpoint);
        using var after = SafetensorsFile.Open(target);
        Assert.Equal(
            before.Tensors.Values.Select(entry => (entry.Name, entry.Type, string.Join(',', entry.Shape))).Order(),
            after.Tensors.Values.Select(entry => (entry.Name, entry.Type, string.Join(',', entry.Shape))).Order());
        Assert.All(before.Tensors.Keys.Where(
            name => name.StartsWith("first_stage_model.", StringComparison.Ordinal) || name.EndsWith(".bias", StringComparison.Ordinal)),
            name => Assert.True(before.Load(name).equal(after.Load(name)).all().item<bool>(), name));
        Assert.Equal("kept", after.Metadata["own"]);
        Assert.Equal(
            ("stable-diffusion-v1", "aoi-merged", "epsilon"),
            (after.Metadata["modelspec.architecture"], after.Metadata["modelspec.title"], after.Metadata["modelspec.prediction_type"]));
        Assert.Equal("checkpoint, golden-loha.weights", after.Metadata["modelspec.merged_from"]);
        Assert.Equal("512x512", after.Metadata["modelspec.resolution"]);
    }

    [Fact]
    public void What_config_json_says_of_a_miniature_goes_with_the_merged_file()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var folder = new TemporaryFolder();
        using var model = (StableDiffusionModel)ModelFamilies.Load(SmallDataset.Model, ScalarType.Float32);
        var layer = model.UNet.Layers.First(layer => layer.Name.EndsWith("attn1_to_q", StringComparison.Ordinal));
        var lora = folder.File("lora.safetensors");
        SafetensorsWriter.Write(
            lora,
            [
                new($"{layer.Name}.lora_down.weight", SmallLayer.Gaussian(new CounterRandom(1), 2, layer.Weight.shape[1]) * 0.3),
                new($"{layer.Name}.lora_up.weight", SmallLayer.Gaussian(new CounterRandom(2), layer.Weight.shape[0], 2) * 0.3),
            ]);
        var target = folder.File("merged.safetensors");

        LoraMerge.Write(SmallDataset.Model, [(lora, 1)], target);

        using var merged = (StableDiffusionModel)ModelFamilies.Load(
            target, ScalarType.Float32, options: new() { Tokenizer = TestData.PathOf("mini-sd", "tokenizer") });
        using var applied = AppliedLora.Apply(lora, model);
        var (_, expected) = Outputs(model);
        Assert.True(TestData.RelativeError(expected, Outputs(merged).Noise) < 1e-2);
        var latents = SmallLayer.Gaussian(new CounterRandom(3), 1, 4, 4, 4);
        Assert.True(model.Vae.Decode(latents).equal(merged.Vae.Decode(latents)).all().item<bool>());
    }

    [Fact]
    public void A_folder_of_parts_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("model", "unet"));
        var problem =
            Assert.Throws<LoraBuildException>(() => LoraMerge.Write(folder.File("model"), Two, folder.File("out.safetensors"))).Diagnostic;
        Assert.Equal(DiagnosticCode.NotSingleCheckpoint, problem.Code);
    }

    private static ModelOptions Options => new() { Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer") };

    private static string Copy(TemporaryFolder folder, ScalarType type)
    {
        var path = folder.File("model", "checkpoint.safetensors");
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(Tiny);
        SafetensorsWriter.Write(
            path,
            file.Tensors.Keys
                .Select(name => KeyValuePair.Create(
                    name, file.Load(name) is var stored && stored.is_floating_point() ? stored.to_type(type) : stored)).ToList(),
                    [new("own", "kept")]);
        File.Copy(TestData.PathOf("tiny-sd15", "config.json"), folder.File("model", "config.json"));
        return path;
    }

    private static string LoKr(TemporaryFolder folder)
    {
        const string Layer = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
        var path = folder.File("lokr.safetensors");
        var random = new CounterRandom(9);
        SafetensorsWriter.Write(
            path, [new($"{Layer}.lokr_w1", SmallLayer.Gaussian(random, 4, 4)), new($"{Layer}.lokr_w2", SmallLayer.Gaussian(random, 8, 8))]);
        return path;
    }

    private static StableDiffusionModel Load(string path) =>
        (StableDiffusionModel)ModelFamilies.Load(path, ScalarType.Float32, options: Options);

    private static (Tensor Text, Tensor Noise) Outputs(StableDiffusionModel model)
    {
        var text = model.TextEncoder.Encode([model.Tokenizer.Encode("1girl, smile")]);
        var latents = SmallLayer.Gaussian(new CounterRandom(4), 1, 4, 8, 8);
        return (text, model.UNet.Forward(latents, tensor(new[] { 500L }), text));
    }
}
