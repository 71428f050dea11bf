using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Adapters.Algorithms;

namespace LoraBuild.Training.Tests.Adapters;

/// <summary>
/// Every kind's output and gradients against LyCORIS' formula, written out: the layer with the change added to its weight.
/// </summary>
public class AdapterKindTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string layer in new[] { "linear", "conv3x3", "conv3x3 stride 2", "conv1x1" })
            {
                foreach (var settings in new[]
                {
                    "loha", "loha tucker", "locon", "locon tucker", "lokr", "lokr tucker", "lokr both", "lokr both tucker", "lokr full",
                    "lokr unbalanced",
                })
                    cases.Add(layer, settings);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Output_and_gradients_are_those_of_the_changed_weight(string name, string kindName)
    {
        using var scope = NewDisposeScope();
        var (layer, input) = SmallLayer.Create(name);
        var (kind, factors) = Kind(kindName, layer);
        var weights = SmallLayer.Weights(factors);
        var scale = kind.RankOf(factors) is { } rank ? 1.5 / rank : 1;

        var expected =
            SmallLayer.Evaluate(input, weights.Values, x => layer.Apply(x, layer.Weight + (Formula(weights, layer) * scale), layer.Bias));
        var module = new AdapterModule(layer, kind, factors, weights, alpha: 1.5);
        Assert.True(SmallLayer.Difference(expected, SmallLayer.Evaluate(input, weights.Values, x => module.Forward(layer, x))) < 1e-5);

        using var ungraded = no_grad();
        var change = Formula(weights, layer) * scale;
        Assert.True(TestData.RelativeError(change, module.WeightChange()) < 1e-5);
        Assert.Equal(change.norm().item<float>(), module.Norm(), module.Norm() * 1e-5);
        Assert.True(TestData.RelativeError(layer.Apply(input, change, null), module.Output(layer, input)) < 1e-5);
    }

    [Theory]
    [InlineData("loha tucker")]
    [InlineData("locon")]
    [InlineData("lokr both")]
    public void Strength_and_scalar_multiply_the_change(string kindName)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var (layer, input) = SmallLayer.Create("conv3x3");
        var (kind, factors) = Kind(kindName, layer);
        var weights = SmallLayer.Weights(factors).ToDictionary(weight => weight.Key, weight => weight.Value.detach());
        var whole = new AdapterModule(layer, kind, factors, weights, alpha: 2).Output(layer, input);
        var scaled = new AdapterModule(layer, kind, factors, weights, alpha: 2, scalar: tensor(0.25f)) { Strength = 0.5 };

        Assert.True(TestData.RelativeError(whole * 0.125, scaled.Output(layer, input)) < 1e-5);
        Assert.True(TestData.RelativeError(layer.Apply(input) + (whole * 0.125), scaled.Forward(layer, input)) < 1e-5);

        // A file has no scalar.
        var read = scaled.Tensors().ToDictionary(entry => entry.Key[(layer.Name.Length + 1)..], entry => entry.Value);
        Assert.DoesNotContain("scalar", read.Keys);
        Assert.True(
            TestData.RelativeError(whole * 0.25, new AdapterModule(layer, kind, factors, read, alpha: 2).Output(layer, input)) < 1e-5);
    }

    [Theory]
    [InlineData("linear", true)]
    [InlineData("linear", false)]
    [InlineData("conv3x3 stride 2", true)]
    [InlineData("conv3x3 stride 2", false)]
    public void DoRA_gives_each_channel_a_learnt_length(string name, bool ofOutputs)
    {
        using var scope = NewDisposeScope();
        var (layer, input) = SmallLayer.Create(name);
        var (kind, factors) = Kind("locon", layer);
        var weights = SmallLayer.Weights(factors);
        var lengths = SmallLayer.Gaussian(new(3), WeightDecomposition.LengthsShape(layer, ofOutputs)).requires_grad_();
        var leaves = weights.Values.Append(lengths).ToList();

        var expected = SmallLayer.Evaluate(input, leaves, x =>
        {
            var changed = layer.Weight + (Formula(weights, layer) * 0.5);
            var perChannel = ofOutputs ? changed.view(changed.shape[0], -1) : changed.transpose(0, 1).reshape(changed.shape[1], -1);
            var norms = (perChannel * perChannel).sum(1).sqrt().view(lengths.shape) + 1.1920929e-7;
            return layer.Apply(x, changed * (lengths / norms), layer.Bias);
        });
        var module = new AdapterModule(layer, kind, factors, weights, alpha: 0.5 * kind.RankOf(factors)!.Value, lengths: lengths);

        Assert.True(SmallLayer.Difference(expected, SmallLayer.Evaluate(input, leaves, x => module.Forward(layer, x))) < 1e-5);
    }

    [Fact]
    public void DoRA_starts_with_the_lengths_of_the_frozen_weight_and_so_with_no_change()
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();
        foreach (var onOutput in new[] { true, false })
        {
            using var network = AdapterNetwork.Create(model, new() { Algo = AdapterAlgorithm.LoCon, DoraWd = true, WdOnOutput = onOutput });
            Assert.All(network.Modules, module =>
            {
                Assert.Equal(module.Layer.Weight.shape[onOutput ? 0 : 1], module.Lengths!.numel());
                Assert.InRange((module.WeightChange().norm() / module.Layer.Weight.norm()).item<float>(), 0, 1e-6);
            });
        }
    }

    [Fact]
    public void A_learnt_scalar_starts_at_0_and_the_weights_do_not()
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();
        foreach (var algorithm in new[] { AdapterAlgorithm.LoHa, AdapterAlgorithm.LoCon, AdapterAlgorithm.LoKr })
        {
            using var network = AdapterNetwork.Create(
                model, new() { Algo = algorithm, UseScalar = true, Preset = AdapterPreset.TryParse("mid_block.*")! });
            Assert.All(network.Modules, module =>
            {
                Assert.Equal(0, module.Scalar!.item<float>());
                Assert.All(module.Factors.Values, factor => Assert.NotEqual(0, factor.abs().max().item<float>()));
            });
        }
    }

    [Fact]
    public void Rank_stabilised_scale_goes_into_alpha()
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();
        using var network = AdapterNetwork.Create(
            model, new() { Algo = AdapterAlgorithm.LoCon, RsLora = true, NetworkDim = 16, NetworkAlpha = 2, ConvDim = 0 });

        // alpha / sqrt(rank), as alpha' / rank
        Assert.All(network.Modules, module => Assert.Equal(2 * 4, module.Alpha));
    }

    // LokrModule takes the rank, 4, for alpha where both factors are whole, and registers it times rank over its square root.
    [Fact]
    public void So_it_does_where_two_whole_Kronecker_factors_have_no_rank()
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();
        using var network = AdapterNetwork.Create(
            model, new() { Algo = AdapterAlgorithm.LoKr, FullMatrix = true, RsLora = true, NetworkDim = 4, NetworkAlpha = 1, ConvDim =
                4, ConvAlpha = 1 });

        Assert.All(network.Modules, module => Assert.Equal(8, module.Alpha));
    }

    private static (AdapterKind Kind, IReadOnlyList<AdapterFactor> Factors) Kind(string name, AdaptableLayer layer)
    {
        var words = name.Split(' ');
        var settings = new TrainingSettings
        {
            UseTucker = words.Contains("tucker"), DecomposeBoth = words.Contains("both"), FullMatrix = words.Contains("full"),
            UnbalancedFactorization = words.Contains("unbalanced"), Factor = words.Contains("both") ? -1 : 2,
        };
        var kind = AdapterKind.Of(
            words[0] switch { "loha" => AdapterAlgorithm.LoHa, "locon" => AdapterAlgorithm.LoCon, _ => AdapterAlgorithm.LoKr });
        return (kind, kind.NewFactors(layer, words.Contains("both") ? 1 : 2, settings));
    }

    // LyCORIS' functional/*.py in Einstein's notation, unscaled.
    private static Tensor Formula(Dictionary<string, Tensor> weights, AdaptableLayer layer)
    {
        Tensor change;
        if (weights.TryGetValue("hada_t1", out var t1))
            change = Cored(t1, weights["hada_w1_a"], weights["hada_w1_b"])
                * Cored(weights["hada_t2"], weights["hada_w2_a"], weights["hada_w2_b"]);
        else if (weights.TryGetValue("hada_w1_a", out var w1A))
            change = w1A.matmul(weights["hada_w1_b"]) * weights["hada_w2_a"].matmul(weights["hada_w2_b"]);
        else if (weights.TryGetValue("lora_mid.weight", out var mid))
            change = einsum("mnxy,im,nj->ijxy", mid, weights["lora_up.weight"].flatten(1), weights["lora_down.weight"].flatten(1));
        else if (weights.TryGetValue("lora_up.weight", out var up))
            change = up.flatten(1).matmul(weights["lora_down.weight"].flatten(1));
        else
            change = Kronecker(weights, layer);
        return change.reshape(layer.Weight.shape);
    }

    private static Tensor Cored(Tensor core, Tensor outputs, Tensor inputs) => einsum("ijxy,jr,ip->prxy", core, inputs, outputs);

    private static Tensor Kronecker(Dictionary<string, Tensor> weights, AdaptableLayer layer)
    {
        var first = weights.TryGetValue("lokr_w1", out var whole) ? whole : weights["lokr_w1_a"].matmul(weights["lokr_w1_b"]);
        Tensor second;
        if (weights.TryGetValue("lokr_w2", out var all))
            second = all;
        else if (weights.TryGetValue("lokr_t2", out var core))
            second = Cored(core, weights["lokr_w2_a"], weights["lokr_w2_b"]);
        else
            second = weights["lokr_w2_a"].matmul(weights["lokr_w2_b"]);
        second = second.reshape([second.shape[0], layer.Weight.shape[1] / first.shape[1], .. layer.Weight.shape.AsSpan(2)]);
        return kron(layer is Conv2d ? first.unsqueeze(-1).unsqueeze(-1) : first, second.contiguous());
    }
}
