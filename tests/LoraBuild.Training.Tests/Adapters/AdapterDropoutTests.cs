using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Adapters.Algorithms;

namespace LoraBuild.Training.Tests.Adapters;

public class AdapterDropoutTests
{
    private static readonly AdapterKind LoCon = AdapterKind.Of(AdapterAlgorithm.LoCon);

    [Fact]
    public void LyCORIS_drops_output_channels_of_the_change_for_a_step()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var place = new DropoutPlace();
        var (module, input) = Module(new() { Algo = AdapterAlgorithm.LoCon, RankDropout = 0.5 }, place);
        var whole = module.Output(module.Layer, input);

        place.Pass = 3;
        var dropped = module.Output(module.Layer, input);
        var channels = dropped.abs().amax(0, 2, 3).gt(0).to_type(ScalarType.Float32);

        Assert.InRange(channels.sum().item<float>(), 1, 9);
        Assert.InRange(TestData.RelativeError(whole * channels.view(1, -1, 1, 1), dropped), 0, 1e-6);
        // The same again, as the backward pass of a checkpointed block needs it; something else at the next step.
        Assert.Equal(0, TestData.RelativeError(dropped, module.Output(module.Layer, input)));
        place.Pass = 4;
        Assert.False(dropped.equal(module.Output(module.Layer, input)).all().item<bool>());
        place.Pass = null;
        Assert.Equal(0, TestData.RelativeError(whole, module.Output(module.Layer, input)));
    }

    [Fact]
    public void The_LoRA_of_sd_scripts_drops_ranks_sample_by_sample_and_scales_up_the_others()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var dropout =
            new AdapterDropout(new() { Algo = AdapterAlgorithm.Lora, RankDropout = 0.25 }, new() { Pass = 0 }, "layer", perSample: true);

        foreach (var values in new[] { ones(64, 16, 2, 3), ones(64, 5, 16) })
        {
            var kept = dropout.Between(values);
            var perRank = values.dim() == 4 ? kept.flatten(2) : kept.transpose(1, 2);
            Assert.True((perRank - perRank.narrow(2, 0, 1)).abs().max().item<float>() == 0);
            var ranks = perRank.select(2, 0);
            Assert.True(ranks.eq(0).logical_or(ranks.eq(1 / 0.75f)).all().item<bool>());
            Assert.InRange(ranks.eq(0).to_type(ScalarType.Float32).mean().item<float>(), 0.2, 0.3);
            Assert.False((ranks - ranks.narrow(0, 0, 1)).abs().max().item<float>() == 0);
        }
    }

    [Theory]
    [InlineData(AdapterAlgorithm.Lora)]
    [InlineData(AdapterAlgorithm.LoCon)]
    public void Single_values_are_dropped_and_their_mean_stays(AdapterAlgorithm algorithm)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var dropout = new AdapterDropout(new() { Algo = algorithm, NetworkDropout = 0.2 }, new() { Pass = 7 }, "layer", perSample: true);
        var values = ones(2, 100, 100);

        var kept = algorithm == AdapterAlgorithm.Lora ? dropout.Between(values) : dropout.Values(values);

        Assert.Equal(algorithm != AdapterAlgorithm.Lora, dropout.DropsOutput);
        Assert.InRange(kept.eq(0).to_type(ScalarType.Float32).mean().item<float>(), 0.18, 0.22);
        Assert.InRange(kept.mean().item<float>(), 0.97, 1.03);
        Assert.Equal(1.25f, kept.max().item<float>());
    }

    [Theory]
    [InlineData(AdapterAlgorithm.Lora, "conv3x3")]
    [InlineData(AdapterAlgorithm.Lora, "linear")]
    [InlineData(AdapterAlgorithm.LoCon, "conv3x3")]
    public void Halves_of_a_batch_drop_what_the_whole_batch_drops(AdapterAlgorithm algorithm, string layer)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var place = new DropoutPlace { Pass = 2 };
        var (module, input) = Module(new() { Algo = algorithm, NetworkDropout = 0.3, RankDropout = 0.3 }, place, layer);
        var whole = module.Forward(module.Layer, input);

        var front = module.Forward(module.Layer, input.narrow(0, 0, 1));
        place.FirstSample = 1;
        var back = module.Forward(module.Layer, input.narrow(0, 1, 1));

        Assert.True(TestData.RelativeError(whole, cat([front, back], 0)) < 1e-6);
        Assert.False((whole - module.Layer.Apply(input)).abs().max().item<float>() == 0);
    }

    [Fact]
    public void An_adapter_is_left_out_of_its_share_of_steps()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var place = new DropoutPlace();
        var (module, input) = Module(new() { Algo = AdapterAlgorithm.LoCon, ModuleDropout = 0.3 }, place);
        var frozen = module.Layer.Apply(input);

        var without = Enumerable.Range(0, 400).Count(step =>
        {
            place.Pass = step;
            return module.Forward(module.Layer, input).equal(frozen).all().item<bool>();
        });

        Assert.InRange(without, 90, 150);
    }

    private static (AdapterModule Module, Tensor Input) Module(TrainingSettings settings, DropoutPlace place, string name = "conv3x3")
    {
        var (layer, input) = SmallLayer.Create(name);
        var factors = LoCon.NewFactors(layer, 8, settings);
        var dropout = new AdapterDropout(settings, place, layer.Name, perSample: true);
        return (new(layer, LoCon, factors, SmallLayer.Weights(factors), alpha: 8, dropout: dropout), input);
    }
}
