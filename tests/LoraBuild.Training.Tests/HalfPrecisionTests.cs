using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Training.Tests;

/// <summary>Adapters that are kept in half precision: <c>full_bf16</c> and <c>full_fp16</c>.</summary>
[Trait("Speed", "Slow")]
public class HalfPrecisionTests
{
    private static readonly TrainingSettings Short = SmallDataset.Settings with
    {
        MaxTrainEpochs = null, MaxTrainSteps = new(3, InEpochs: false),
    };

    [Theory]
    [InlineData(AdapterAlgorithm.LoHa, true)]
    [InlineData(AdapterAlgorithm.LoKr, false)]
    public void A_training_learns_nearly_the_same_and_its_state_has_the_type(AdapterAlgorithm algo, bool isBFloat)
    {
        using var folder = new TemporaryFolder();
        var whole = Short with { Algo = algo, OptimizerType = isBFloat ? OptimizerType.AdamW : OptimizerType.Lion };
        var half = isBFloat
            ? whole with { FullBf16 = true, MixedPrecision = ModelPrecision.BFloat16 }
            : whole with { FullFp16 = true, MixedPrecision = ModelPrecision.Float16 };

        var expected = Trainer.Run(SmallDataset.Job(folder, whole));
        var actual = Trainer.Run(SmallDataset.Job(folder, half, output: "half"));

        // On a CPU the model computes in 32 bits all the same.
        Assert.All(expected.Losses.Zip(actual.Losses), pair => Assert.Equal(pair.First, pair.Second, pair.First * 0.01));
        using var state = SafetensorsFile.Open(folder.File("half", "state.safetensors"));
        Assert.Equal(isBFloat ? ScalarType.BFloat16 : ScalarType.Float16, state.TypeOf("weights"));
        Assert.Equal(state.TypeOf("weights"), state.TypeOf(isBFloat ? "optimizer.mean" : "optimizer.momentum"));
        using var file = SafetensorsFile.Open(actual.Files[^1]);
        Assert.Equal(isBFloat ? "False" : "True", file.Metadata["ss_full_fp16"]);
    }

    [Fact]
    public void Factors_that_are_made_at_once_give_the_same_gradients()
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();
        var settings = new TrainingSettings
        {
            FullBf16 = true, MixedPrecision = ModelPrecision.BFloat16, Preset = AdapterPreset.TryParse("attn-only")!,
            NetworkTrainUnetOnly = true, NetworkDim = 1,
        };
        Tensor? expected = null;
        foreach (var atOnce in new[] { false, true })
        {
            using var network = AdapterNetwork.Create(model, settings, makesFactorsAtOnce: atOnce);
            Assert.Equal(ScalarType.BFloat16, network.Parameters.Values.dtype);
            using (no_grad())
                network.Parameters.Values.add_(0.1);
            var module = network.Modules[^1];
            network.BeginPass(0);
            Assert.Equal(atOnce, network.PlainLoHas.First().Change.Made is not null);
            module.Layer.Forward(ones(2, 3, module.Layer.Weight.shape[1])).square().sum().backward();
            network.EndPass();
            var gradients = network.Parameters.Gradients.to_type(ScalarType.Float32).clone();
            Assert.True(gradients.abs().max().item<float>() > 0);
            if (expected is not null)
                Assert.True(TestData.RelativeError(expected, gradients) < 0.02, $"{TestData.RelativeError(expected, gradients)}");
            expected = gradients;
        }
    }
}
