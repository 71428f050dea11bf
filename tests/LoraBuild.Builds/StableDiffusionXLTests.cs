using System.Text.Json;
using LoraBuild.Builds.Craft;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.MiniWorld.Training;

namespace LoraBuild.Builds;

/// <summary>Everything that a build makes of a LoRA, on a tiny SDXL.</summary>
public sealed class StableDiffusionXLTests
{
    // Of a batch of 8, for about a minute on two cores.
    private const int Steps = 100;

    [Fact]
    public void A_project_trains_previews_evaluates_merges_publishes_and_exports()
    {
        var models = Path.Combine(Repository.Root, "tests", "LoraBuild.Diffusion.Tests", "Data");
        using var project = new CharacterProject(train: true).With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Properties["LoraBaseModel"] = Path.Combine(models, "tiny-sdxl", "tiny-sdxl.safetensors");
        project.Properties["LoraTokenizer"] = Path.Combine(models, "tiny-sd15", "tokenizer");
        project.Properties["LoraSamplePrompts"] = "prompts.txt";
        project.Properties["LoraSampleSampler"] = "euler_a";
        project.Properties["LoraSampleEveryNSteps"] = "2";
        project.Properties["LoraEvaluateSamples"] = "1";
        project.Properties["LoraEvaluateSteps"] = "1";
        project.Properties["LoraEvaluateSize"] = "64,64";
        project.Write("prompts.txt", "hoshinoaoi --w 64 --h 96 --s 2 --d 7\n");

        var built = project.Build("-t:Evaluate;MergeLora;ExportSdScripts");

        Assert.True(built.Succeeded, built.Output);
        using (var lora = SafetensorsFile.Open(project.PathOf("bin/Character.safetensors")))
            Assert.Equal("stable-diffusion-xl-v1-base/lora", lora.Metadata["modelspec.architecture"]);
        Assert.True(File.Exists(project.PathOf("bin/samples/Character_000002_00_7.png")));
        Assert.True(File.Exists(project.PathOf("bin/evaluation/evaluation.json")));
        using (var merged = SafetensorsFile.Open(project.PathOf("bin/Character-merged.safetensors")))
            Assert.Equal("stable-diffusion-xl-v1-base", merged.Metadata["modelspec.architecture"]);
        Assert.Contains("accelerate launch sdxl_train_network.py", built.Output, StringComparison.Ordinal);
        Assert.Contains("\nno_half_vae = true\n", File.ReadAllText(project.PathOf("bin/sd-scripts/config.toml")), StringComparison.Ordinal);
        // 32 is what it takes for SDXL.
        Assert.DoesNotContain(built.Diagnostics, line => line.Contains("LB5010", StringComparison.Ordinal));

        var published = project.Publish();

        Assert.True(published.Succeeded, published.Output);
        var card = File.ReadAllText(project.PathOf("bin/publish/README.md"));
        Assert.Contains("| for | SDXL and its children |", card, StringComparison.Ordinal);
        Assert.Contains("| sampler | Euler a |", card, StringComparison.Ordinal);
        Assert.True(project.Build().DidNothing);
    }

    [Fact]
    public void A_LoRA_on_a_miniature_learns_her_features()
    {
        var variant = new CraftVariant(
            "on a miniature SDXL", new Dictionary<string, string> { ["LoraBaseModel"] = $"model/{MiniatureXL.FileName}" });
        using var project = new CraftedProject(variant, Steps, samples: 12, seed: 42);
        MiniatureXL.Write(Path.Combine(Repository.Example, "models", "mini-sd"), project.PathOf("model"));

        var built = project.Build("-t:Evaluate");

        Assert.True(built.Succeeded, built.Output);
        using var report = JsonDocument.Parse(File.ReadAllBytes(project.PathOf("bin/evaluation/evaluation.json")));
        var identity = report.RootElement.GetProperty("characters")[0].GetProperty("identity");
        var (lora, model) = (Value("lora"), Value("base"));
        Assert.True(lora - model >= 0.3, $"{model} to {lora}");

        double Value(string side) => identity.GetProperty(side).GetProperty("value").GetDouble();
    }
}
