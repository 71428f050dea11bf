using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training.Tests;

/// <summary>A training whose blocks leave and return: <c>blocks_to_swap</c>. A weight that is used while it is away is an error.</summary>
public class BlockSwapTrainingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Losses_and_gradients_are_those_of_a_model_that_stays(bool fp8)
    {
        using var scope = NewDisposeScope();
        var (losses, gradients) = Train(0, fp8);
        var (swapped, ofSwapped) = Train(14, fp8);

        Assert.Equal(losses, swapped);
        Assert.Equal(0, (gradients - ofSwapped).abs().max().item<float>());
        Assert.NotEqual(0, gradients.abs().max().item<float>());
    }

    [Fact]
    public void More_blocks_than_all_but_two_are_refused_and_on_a_CPU_it_is_said_that_none_leave()
    {
        using var scope = NewDisposeScope();
        var problem = Assert.Throws<LoraBuildException>(() => Load(15)).Diagnostic;
        using var trained = Load(14);

        Assert.Equal(DiagnosticCode.InvalidTrainingSetting, problem.Code);
        Assert.Contains("at most 14 of the model's 16 blocks", problem.Message, StringComparison.Ordinal);
        Assert.All(trained.Model.Parts, part => Assert.Null(part.Swap));
        var warning = Assert.Single(TrainingWarnings.OfModel(new() { BlocksToSwap = 14 }, trained.Model));
        Assert.Equal(DiagnosticCode.SettingWithoutEffect, warning.Code);
        Assert.Contains("LoraBlocksToSwap has no effect", warning.Message, StringComparison.Ordinal);

        static TrainedModel Load(int swapped) => TrainedModel.Load(
            TestData.PathOf("tiny-sdxl", "tiny-sdxl.safetensors"), new() { Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer") },
            new() { BlocksToSwap = swapped }, new(CPU, ModelPrecision.Float32), sideBySideBelow: 0);
    }

    private static (double[] Losses, Tensor Gradients) Train(int swapped, bool fp8)
    {
        var settings = new TrainingSettings { GradientCheckpointing = true, TrainBatchSize = 1, MaxTokenLength = 75, Seed = 3 };
        using var model = ModelFamilies.Load(
            TestData.PathOf("tiny-sdxl", "tiny-sdxl.safetensors"), ScalarType.Float32, CPU,
            new() { Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer"), CompressesDenoiser = fp8 });
        using var network = AdapterNetwork.Create(model, settings);
        using var optimizer = OptimizerFactory.Create(settings, network.Parameters);
        var denoiser = model.Parts.Single(part => part.Kind == PartKind.Denoiser);
        if (swapped > 0)
            denoiser.Swap = new BlockSwap(denoiser.SwappableBlocks, swapped);
        var step = new TrainingStep(new(model, network), null, optimizer, settings);
        using var latents = ones(1, 4, 8, 8) * 0.3;
        var text = model.Tokenize("aoi, smile", PictureFrame.Drawn(new(64, 64)), 75, weighted: false);
        var input = new StepInput([text], latents, zeros_like(latents) + 0.1, [300]);
        double[] losses =
        [
            step.Run(input, _ => 1e-3).Loss, step.Measure(input), step.Measure(input), step.Run(input, _ => 1e-3).Loss,
        ];
        return (losses, network.Parameters.Gradients.clone());
    }
}
