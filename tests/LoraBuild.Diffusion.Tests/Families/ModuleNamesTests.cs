using System.Text.Json;
using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Diffusion.Tests.Families;

public class ModuleNamesTests
{
    private static readonly JsonElement Modules = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("lycoris-modules.json"))).RootElement;

    [Fact]
    public void Layers_have_LyCORIS_names_sizes_and_order()
    {
        using var model = TestData.LoadTiny();

        var layers = model.TextEncoder.Layers.Concat(model.UNet.Layers).Select(layer => (layer.Name, layer.Weight.shape[0], Inputs(layer)));

        Assert.Equal(
            Modules.GetProperty("tiny").EnumerateArray()
                .Select(module => (module[0].GetString()!, module[1].GetInt64(), module[2].GetInt64())),
            layers);
    }

    [Fact]
    public void Layers_are_those_of_the_full_size_model()
    {
        using var model = TestData.LoadTiny();

        Assert.Equal(
            Modules.GetProperty("full").EnumerateArray().Select(module => module[0].GetString()!).Order(StringComparer.Ordinal),
            model.TextEncoder.Layers.Concat(model.UNet.Layers).Select(layer => layer.Name).Order(StringComparer.Ordinal));
    }

    private static long Inputs(AdaptableLayer layer) => layer.Weight.shape.Skip(1).Aggregate((product, size) => product * size);
}
