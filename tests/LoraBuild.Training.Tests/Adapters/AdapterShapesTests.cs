using System.Text.Json;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Adapters.Algorithms;

namespace LoraBuild.Training.Tests.Adapters;

/// <summary>The tensors of new adapters against those that LyCORIS and sd-scripts made for the tiny checkpoint.</summary>
public class AdapterShapesTests
{
    public static TheoryData<string, AdapterAlgorithm, int, bool> Networks => new()
    {
        { "loha", AdapterAlgorithm.LoHa, 4, false },
        { "locon", AdapterAlgorithm.LoCon, 4, false },
        { "lora", AdapterAlgorithm.Lora, 0, false },
        { "lora_c3lier", AdapterAlgorithm.Lora, 4, false },
        { "loha_tucker", AdapterAlgorithm.LoHa, 4, true },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Names_shapes_and_first_deviations_are_LyCORIS(string name, AdapterAlgorithm algorithm, int convDim, bool tucker)
    {
        using var scope = NewDisposeScope();
        using var expected = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("lycoris-keys.json")));
        using var model = TestData.LoadTiny();
        using var network = AdapterNetwork.Create(
            model, new() { Algo = algorithm, ConvDim = convDim, UseTucker = tucker });

        var golden = expected.RootElement.GetProperty(name);
        var shapes = golden.GetProperty("layers").EnumerateObject().SelectMany(layer => layer.Value.EnumerateObject().Select(
            tensor => $"{layer.Name}.{tensor.Name} {tensor.Value.GetRawText()}"));
        var tensors = network.Modules.SelectMany(module => module.Tensors()).ToList();
        Assert.Equal(
            shapes.Order(StringComparer.Ordinal),
            tensors.Select(tensor => $"{tensor.Key} [{string.Join(',', tensor.Value.shape)}]").Order(StringComparer.Ordinal));

        foreach (var deviation in golden.GetProperty("deviations").EnumerateObject())
        {
            var (low, high) = (deviation.Value[0].GetDouble(), deviation.Value[1].GetDouble());
            var alike = tensors.Where(tensor => tensor.Key.EndsWith($".{deviation.Name}", StringComparison.Ordinal))
                .Select(tensor => tensor.Value).ToList();
            // The smallest tensors have 128 values, whose deviation is a few percent off.
            Assert.All(alike, tensor => Assert.InRange(tensor.std().item<float>(), low * 0.85, high * 1.15));
        }
    }

    [Fact]
    public void LoKr_is_as_large_as_its_options_say()
    {
        using var scope = NewDisposeScope();
        using var model = TestData.LoadTiny();

        // 256 x 64: 16 x 16 and 8 x 8, of which the first only is above twice the rank.
        Assert.Equal(["lokr_w1 16,8", "lokr_w2 16,8"], Factors(new() { NetworkDim = 8 }));
        Assert.Equal(["lokr_w1 16,8", "lokr_w2_a 16,2", "lokr_w2_b 2,8"], Factors(new() { NetworkDim = 2 }));
        Assert.Equal(
            ["lokr_w1_a 16,2", "lokr_w1_b 2,8", "lokr_w2_a 16,2", "lokr_w2_b 2,8"],
            Factors(new() { NetworkDim = 2, DecomposeBoth = true }));
        Assert.Equal(["lokr_w1 16,8", "lokr_w2 16,8"], Factors(new() { NetworkDim = 2, DecomposeBoth = true, FullMatrix = true }));
        Assert.Equal(["lokr_w1 4,4", "lokr_w2_a 64,2", "lokr_w2_b 2,16"], Factors(new() { NetworkDim = 2, Factor = 4 }));
        Assert.Equal(
            ["lokr_w1 64,4", "lokr_w2_a 4,2", "lokr_w2_b 2,16"],
            Factors(new() { NetworkDim = 2, Factor = 4, UnbalancedFactorization = true }));

        string[] Factors(TrainingSettings settings)
        {
            using var network = AdapterNetwork.Create(
                model, settings with { Algo = AdapterAlgorithm.LoKr, Preset = AdapterPreset.TryParse("*layers_0_mlp_fc1")! });
            return [.. network.Modules.Single().Factors.Select(factor => $"{factor.Key} {string.Join(',', factor.Value.shape)}")];
        }
    }

    // What LyCORIS' factorization() gives for these numbers.
    [Theory]
    [InlineData(127, -1, 1, 127)]
    [InlineData(128, -1, 8, 16)]
    [InlineData(128, 4, 4, 32)]
    [InlineData(250, 16, 10, 25)]
    [InlineData(250, 4, 2, 125)]
    [InlineData(320, 8, 8, 40)]
    [InlineData(1024, 2048, 32, 32)]
    [InlineData(12, 5, 3, 4)]
    public void A_size_is_taken_apart_as_LyCORIS_does(long size, long factor, long small, long large) =>
        Assert.Equal((small, large), LoKrKind.Factorize(size, factor));
}
