using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Adapters.Acceleration;

namespace LoraBuild.Training.Tests.Adapters;

/// <summary>Factors that are made for all layers at once, as a training on a GPU makes them.</summary>
public class LoHaFactorsTests
{
    [Theory]
    [InlineData(4.0, false)]
    [InlineData(1.0, true)]
    public void Outputs_and_gradients_are_those_of_factors_made_layer_by_layer(double alpha, bool checkpointing)
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();
        using var inputs = TestData.Open("golden-forward.safetensors");
        var settings = new TrainingSettings { NetworkAlpha = alpha, ConvAlpha = alpha };
        using var network = AdapterNetwork.Create(model, settings);
        using (no_grad())
        {
            foreach (var module in network.Modules)
                module.Factors["hada_w2_a"].fill_(0.02f);
        }

        model.UNet.GradientCheckpointing = model.TextEncoder.GradientCheckpointing = checkpointing;
        var (expected, expectedGradients) = Run(model, network, inputs);
        using var factors = LoHaFactors.Of(network.PlainLoHas, weightsPerFactor: 0);

        // Twice, since the first leaves what the second must not see.
        for (var pass = 0; pass < 2; pass++)
        {
            factors.Fill();
            var (actual, _) = Run(model, network, inputs);
            factors.TakeBack();

            Assert.InRange(TestData.RelativeDistance(expected, actual), 0, 1e-5);
            Assert.InRange(TestData.RelativeDistance(expectedGradients, network.Parameters.Gradients), 0, 1e-4);
        }

        Assert.True(expected.equal(Run(model, network, inputs).Prediction).all().item<bool>());
    }

    [Fact]
    public void An_adapter_that_is_more_than_its_factors_is_left_as_it_is()
    {
        using var model = TestData.LoadTiny();
        TrainingSettings[] cases =
            [new() { RankDropout = 0.1 }, new() { DoraWd = true }, new() { UseScalar = true }, new() { Algo = AdapterAlgorithm.LoCon }];
        foreach (var settings in cases)
        {
            using var network = AdapterNetwork.Create(model, settings);
            Assert.All(network.Modules, module => Assert.Null(module.Plain));
        }
    }

    [Fact]
    public void Of_a_rank_too_large_for_its_layer_an_adapter_makes_them_itself()
    {
        using var model = TestData.LoadTiny();
        using var network = AdapterNetwork.Create(model, new() { NetworkDim = 32, ConvDim = 32 });
        using var factors = LoHaFactors.Of(network.PlainLoHas);

        factors.Fill();

        Assert.All(network.Modules, module => Assert.Null(module.Plain!.Made));
    }

    private static (Tensor Prediction, Tensor Gradients) Run(StableDiffusionModel model, AdapterNetwork network, SafetensorsFile inputs)
    {
        network.Parameters.ZeroGradients();
        var tokens = TestData.Tokens(inputs.Read("te.input_ids").index_select(0, tensor(new long[] { 0, 4 }, device: TestData.Device)));
        var context = model.TextEncoder.Encode(tokens, clipSkip: 2);
        var prediction = model.UNet.Forward(inputs.Read("unet_a.latent"), inputs.Read("unet_a.timesteps", ScalarType.Int64), context);
        Checkpoint.Backward((prediction - inputs.Read("ddpm.noise")).square().mean());
        return (prediction.detach(), network.Parameters.Gradients.clone());
    }
}
