using System.Text;
using LoraBuild.Tagging.Tests;

namespace LoraBuild.Benchmarks.Pictures;

/// <summary>
/// A tagger of a real one's cost with random weights: patches of 16 x 16 pixels of a picture of 448 x 448 become 784 tokens, which go
/// through the perceptrons (768 to 3,072 and back) that take most of a ViT-B's time, 12 layers of which are 89 billion multiplications
/// and additions twice over. The scores mean nothing.
/// </summary>
internal static class PatchModel
{
    private const int Side = 448;
    private const int Patch = 16;
    private const int Width = 768;
    private const int Hidden = 3072;
    private const int Labels = 1000;

    /// <summary>Writes <c>model.onnx</c> and <c>selected_tags.csv</c>.</summary>
    public static void Write(string folder, int layers)
    {
        Directory.CreateDirectory(folder);
        var weights =
            new List<(string, long[], float[])> { Weights("patches", Width, 3, Patch, Patch), Weights("head", Labels, Width, 1, 1) };
        var nodes = new List<byte[]>
        {
            OnnxFile.Node("Transpose", ["x"], "planes", OnnxFile.IntsAttribute("perm", [0, 3, 1, 2])),
            OnnxFile.Node("Conv", ["planes", "patches"], "tokens0", OnnxFile.IntsAttribute("strides", [Patch, Patch])),
        };
        for (var layer = 0; layer < layers; layer++)
        {
            weights.Add(Weights($"up{layer}", Hidden, Width, 1, 1));
            weights.Add(Weights($"down{layer}", Width, Hidden, 1, 1));
            nodes.Add(OnnxFile.Node("Conv", [$"tokens{layer}", $"up{layer}"], $"wide{layer}"));
            nodes.Add(OnnxFile.Node("Relu", [$"wide{layer}"], $"active{layer}"));
            nodes.Add(OnnxFile.Node("Conv", [$"active{layer}", $"down{layer}"], $"tokens{layer + 1}"));
        }

        nodes.Add(OnnxFile.Node("GlobalAveragePool", [$"tokens{layers}"], "mean"));
        nodes.Add(OnnxFile.Node("Conv", ["mean", "head"], "logits"));
        nodes.Add(OnnxFile.Node("Flatten", ["logits"], "flat"));
        nodes.Add(OnnxFile.Node("Sigmoid", ["flat"], "y"));
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), OnnxFile.Graph(nodes, weights, [-1, Side, Side, 3], [-1, Labels]));
        var labels = new StringBuilder("tag_id,name,category,count\n");
        for (var label = 0; label < Labels; label++)
            labels.Append(System.Globalization.CultureInfo.InvariantCulture, $"{label},label_{label},0,1\n");
        File.WriteAllText(Path.Combine(folder, "selected_tags.csv"), labels.ToString());
    }

    private static (string, long[], float[]) Weights(string name, params long[] shape)
    {
        var random = new Random(name.Length);
        var fanIn = shape.Skip(1).Aggregate(1L, (all, side) => all * side);
        var values = new float[shape[0] * fanIn];
        for (var i = 0; i < values.Length; i++)
            values[i] = (random.NextSingle() - 0.5f) / MathF.Sqrt(fanIn);
        return (name, shape, values);
    }
}
