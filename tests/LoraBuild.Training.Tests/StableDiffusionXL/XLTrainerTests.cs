using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusionXL;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings.Sampling;
using LoraBuild.Training.Merging;

namespace LoraBuild.Training.Tests.StableDiffusionXL;

/// <summary>A whole training of a tiny SDXL: files, previews, metadata, merging.</summary>
public class XLTrainerTests
{
    private static readonly string Model = TestData.PathOf("tiny-sdxl", "tiny-sdxl.safetensors");
    private static readonly string Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer");

    [Fact]
    public void A_training_writes_sd_scripts_metadata_draws_previews_and_merges()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { MaxTrainEpochs = 1, MaxTokenLength = 225, ClipSkip = 2 };
        var job = SmallDataset.Job(folder, settings, model: Model) with
        {
            Tokenizer = Tokenizer,
            SamplePrompts =
            [
                new()
                {
                    Prompt = "aoi", Seed = 5, Width = 64, Height = 96, Steps = 2, Guidance = 3, Sampler = SamplerKind.EulerAncestral,
                },
            ],
            SampleFolder = folder.File("samples"),
        };
        var warnings = new List<Diagnostic>();

        var result = Trainer.Run(job, report: warnings.Add);

        // A miniature says nothing of the size that it draws best.
        var warning = Assert.Single(warnings);
        Assert.Equal(DiagnosticCode.SettingWithoutEffect, warning.Code);
        Assert.StartsWith("LoraClipSkip has no effect", warning.Message, StringComparison.Ordinal);
        Assert.All(result.Losses, loss => Assert.InRange(loss, 0.01, 10));
        Assert.NotEmpty(Directory.GetFiles(job.SampleFolder, "*.png"));
        using var lora = SafetensorsFile.Open(result.Files[^1]);
        var expected = XLData.Numbers("metadata-sdxl.json").GetProperty("runs").GetProperty("eps");
        foreach (var name in (string[])[
            "ss_base_model_version", "ss_v2", "modelspec.architecture", "modelspec.implementation", "modelspec.prediction_type",
        ])
            Assert.Equal(expected.GetProperty(name).GetString(), lora.Metadata[name]);
        Assert.Equal(264 + 258, lora.Tensors.Keys.Select(key => key.Split('.')[0]).Distinct().Count());

        var merged = folder.File("merged.safetensors");
        Assert.Equal(264 + 258, LoraMerge.Write(Model, [(result.Files[^1], 1)], merged));

        using var before = SafetensorsFile.Open(Model);
        using var after = SafetensorsFile.Open(merged);
        Assert.Equal(before.Tensors.Keys.Order(StringComparer.Ordinal), after.Tensors.Keys.Order(StringComparer.Ordinal));
        const string fused = "conditioner.embedders.1.model.transformer.resblocks.0.attn.in_proj_weight";
        Assert.False(before.Load(fused).equal(after.Load(fused)).all().item<bool>());
        // What a config.json says beside the miniature, the merged file says itself.
        Assert.Equal(
            ("16", "2", "3"),
            (after.Metadata["unet.num_head_channels"], after.Metadata["clip.num_attention_heads"],
                after.Metadata["clip_2.num_attention_heads"]));
        using var loaded = ModelFamilies.Load(merged, ScalarType.Float32, options: new() { Tokenizer = Tokenizer });
        Assert.IsType<StableDiffusionXLModel>(loaded);
    }
}
