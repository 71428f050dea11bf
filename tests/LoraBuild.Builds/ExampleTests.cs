using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Training.Adapters;
using Xunit.Abstractions;

namespace LoraBuild.Builds;

/// <summary>What <c>dotnet build example-project</c> leaves: a LoRA that has learned hoshino aoi.</summary>
public sealed class ExampleTests(ExampleFixture example, ITestOutputHelper output) : IClassFixture<ExampleFixture>
{
    // What StripFeatures took out of her captions, by the names that the tagger has for it.
    private static readonly string[] Features =
        ["black hair", "long hair", "very long hair", "ahoge", "hair between eyes", "yellow eyes", "horse ears"];

    [Fact]
    public void The_LoRA_has_finite_and_non_zero_weights_for_every_module_that_LyCORIS_would_make()
    {
        using var scope = torch.NewDisposeScope();
        using var model = StableDiffusion.Load(example.Checkpoint, torch.float32);
        using var file = SafetensorsFile.Open(example.Lora);
        string[] parts = ["alpha", "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"];

        var expected = model.TextEncoder.Layers.Concat(model.UNet.Layers).SelectMany(layer => parts.Select(part => $"{layer.Name}.{part}"));

        Assert.Equal(expected.Order(StringComparer.Ordinal), file.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var name in file.Tensors.Keys)
        {
            var tensor = file.Load(name, torch.float32, torch.CPU);
            Assert.True(tensor.isfinite().all().item<bool>(), $"{name} is not finite");
            Assert.True(tensor.abs().sum().item<float>() > 0, $"{name} is zero");
        }
    }

    [Fact]
    public void The_trigger_word_draws_her()
    {
        using var scope = torch.NewDisposeScope();
        using var model = StableDiffusion.Load(example.Checkpoint, torch.float32);
        var before = DrawnPictures.Draw(model, "hoshinoaoi");
        using var lora = AppliedLora.Apply(example.Lora, model.TextEncoder, model.UNet);
        var after = DrawnPictures.Draw(model, "hoshinoaoi");
        DrawnPictures.Save([.. before, .. after], Path.Combine(AppContext.BaseDirectory, "trigger-before-and-after.png"));

        var baseRecall = DrawnPictures.Recall(before, Features);
        var recall = DrawnPictures.Recall(after, Features);

        output.WriteLine($"mean recall of her features: {baseRecall:0.000} before training, {recall:0.000} after");
        Assert.InRange(recall, 0.7, 1.0);
        Assert.InRange(recall, baseRecall + 0.3, 1.0);
    }
}
