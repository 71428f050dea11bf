using System.Buffers.Binary;
using System.Text.Json;
using LoraBuild.Benchmarks.Models;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Training.Tests.Adapters;

/// <summary>
/// New adapters of the real Stable Diffusion 1.5 and XL against what LyCORIS and sd-scripts write for them. Of the models there are only
/// names and shapes: checkpoints of nothing but a hole after their header, on the meta device.
/// </summary>
public class FullSizeShapesTests
{
    [Theory]
    [InlineData("loha_dim4_conv4", AdapterAlgorithm.LoHa, 4)]
    [InlineData("kohya_lora_dim4", AdapterAlgorithm.Lora, 0)]
    public void Names_and_shapes_are_those_of_the_real_model(string name, AdapterAlgorithm algorithm, int convDim)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = (StableDiffusionModel)ModelFamilies.Load(
            WriteShapes(FullSizeModel.StableDiffusion15, folder.File("sd15.safetensors")), ScalarType.Float16, META,
            new() { Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer", "merges.txt") });
        using var network = AdapterNetwork.Create(model, new() { Algo = algorithm, ConvDim = convDim });

        using var expected = JsonDocument.Parse(File.ReadAllText(TestData.PathOf("lycoris-keys-full-size.json")));
        var golden = expected.RootElement.GetProperty(name);
        var keys =
            from alike in golden.GetProperty("groups").EnumerateArray()
            from layer in alike.GetProperty("layers").EnumerateArray()
            from tensor in alike.GetProperty("tensors").EnumerateObject()
            select $"{layer.GetString()}.{tensor.Name} {tensor.Value.GetRawText()}";
        var tensors = network.Modules.SelectMany(module => module.Tensors()).ToList();
        Assert.Equal(golden.GetProperty("n_keys").GetInt32(), tensors.Count);
        Assert.Equal(
            keys.Order(StringComparer.Ordinal),
            tensors.Select(tensor => $"{tensor.Key} [{string.Join(',', tensor.Value.shape)}]").Order(StringComparer.Ordinal));
        Assert.Equal(
            golden.GetProperty("n_params").GetInt64(), tensors.Where(tensor => tensor.Value.dim() > 0).Sum(tensor => tensor.Value.numel()));
    }

    [Fact]
    public void Adapters_of_SDXL_are_as_many_as_those_of_the_real_model()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelFamilies.Load(
            WriteShapes(FullSizeModel.StableDiffusionXL, folder.File("sdxl.safetensors")), ScalarType.Float16, META,
            new() { Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer", "merges.txt") });
        using var network = AdapterNetwork.Create(model, new() { Algo = AdapterAlgorithm.LoHa, ConvDim = 4 });

        // What LyCORIS makes for the real one: 72 layers of CLIP, 192 of OpenCLIP and 788 of the UNet.
        Assert.Equal(72 + 192 + 788, network.Modules.Count);
        var tensors = network.Modules.SelectMany(module => module.Tensors()).Select(tensor => tensor.Value);
        Assert.Equal(31_819_264, tensors.Where(tensor => tensor.dim() > 0).Sum(tensor => tensor.numel()));
    }

    private static string WriteShapes(FullSizeModel full, string path)
    {
        using var json = new MemoryStream();
        var end = 0L;
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, shape) in full.Tensors())
            {
                var start = end;
                end += 2 * shape.Aggregate(1L, (product, size) => product * size);
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, new { dtype = "F16", shape, data_offsets = (long[])[start, end] });
            }

            writer.WriteEndObject();
        }

        using var file = File.Create(path);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        file.Write(length);
        json.WriteTo(file);
        file.SetLength(file.Position + end);
        return path;
    }
}
