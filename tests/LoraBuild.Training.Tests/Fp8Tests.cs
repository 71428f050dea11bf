using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;

namespace LoraBuild.Training.Tests;

/// <summary>A base model in 8 bits: <c>fp8_base</c> and <c>fp8_base_unet</c>.</summary>
[Trait("Speed", "Slow")]
public class Fp8Tests
{
    private static readonly TrainingSettings Short = SmallDataset.Settings with
    {
        MaxTrainEpochs = null, MaxTrainSteps = new(3, InEpochs: false),
    };

    [Theory]
    [InlineData(AdapterAlgorithm.LoHa, false)]
    [InlineData(AdapterAlgorithm.LoCon, true)]
    public void A_training_has_nearly_the_losses_of_the_whole_model(AdapterAlgorithm algo, bool checkpointing)
    {
        using var folder = new TemporaryFolder();
        var plain = Short with { Algo = algo, GradientCheckpointing = checkpointing };

        var expected = Trainer.Run(SmallDataset.Job(folder, plain));
        var log = new List<string>();
        var actual = Trainer.Run(SmallDataset.Job(folder, plain with { Fp8Base = true }, output: "fp8"), log: log.Add);

        Assert.All(expected.Losses.Zip(actual.Losses), pair => Assert.Equal(pair.First, pair.Second, pair.First * 0.05));
        Assert.NotEqual(expected.Losses[0], actual.Losses[0]);
        Assert.Contains(log, line => line.StartsWith("Memory predicted: ", StringComparison.Ordinal)
            && line.Contains("activations at the peak", StringComparison.Ordinal));
    }

    [Fact]
    public void Layers_take_a_byte_for_a_weight_and_those_of_text_encoders_stay_with_fp8_base_unet()
    {
        using var model = ModelFamilies.Load(TestData.TinyModel, ScalarType.Float32, CPU, new() { CompressesDenoiser = true });

        Assert.All(model.Parts, part => Assert.All(part.Layers, layer =>
        {
            Assert.Equal(part.Kind == PartKind.Denoiser, layer.IsCompressed);
            // A byte for each element, and a table.
            Assert.Equal(layer.IsCompressed ? layer.Count + (256 * sizeof(float)) : layer.Count * sizeof(float), layer.WeightBytes);
        }));
    }
}
