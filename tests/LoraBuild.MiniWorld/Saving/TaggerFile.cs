using System.Globalization;
using System.Text;
using LoraBuild.MiniWorld.Drawing;
using LoraBuild.MiniWorld.Training;

namespace LoraBuild.MiniWorld.Saving;

/// <summary>
/// Writes a tagger as WD v1.4 taggers are published: <c>model.onnx</c> with an input of [N, 448, 448, 3], blue first, 0..255, and
/// <c>selected_tags.csv</c>. Large weights are kept in 16 bits and cast by the graph.
/// </summary>
internal static class TaggerFile
{
    private const int HalfFrom = 1000;

    /// <summary>Writes both files.</summary>
    public static void Write(TaggerNetwork network, string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), Model(network));
        var csv = new StringBuilder("tag_id,name,category,count\n");
        for (var i = 0; i < TaggerTraining.Labels.Count; i++)
        {
            var name = TaggerTraining.Labels[i];
            var category = i < 4 ? 9 : DrawnTags.Characters.Contains(name) ? 4 : 0;
            csv.Append(CultureInfo.InvariantCulture, $"{(i < 4 ? 9_999_999 - i : 100_000 + i)},{name},{category},1\n");
        }
        File.WriteAllText(Path.Combine(folder, "selected_tags.csv"), csv.ToString());
    }

    private static byte[] Model(TaggerNetwork network)
    {
        var graph = new OnnxGraph();
        const long side = TaggerTraining.InputSide;
        graph.Node("Transpose", ["input_1"], "planes", OnnxGraph.Ints("perm", [0, 3, 1, 2]));
        graph.Node(
            "AveragePool", ["planes"], "pooled", OnnxGraph.Ints("kernel_shape", [TaggerNetwork.Pooled, TaggerNetwork.Pooled]),
            OnnxGraph.Ints("strides", [TaggerNetwork.Pooled, TaggerNetwork.Pooled]));
        graph.Node("Mul", ["pooled", Number("scale", 1 / 127.5f)], "scaled");
        graph.Node("Sub", ["scaled", Number("one", 1)], "centred");
        var c1 = Rectified(Convolved(Rectified(Convolved("centred", 0)), 1));
        var r1 = Residual(Rectified(Convolved(c1, 2)), 3);
        var r2 = Residual(Rectified(Convolved(r1, 5)), 6);
        var c4 = Rectified(Convolved(r2, 8));
        graph.Node("GlobalAveragePool", [c4], "mean");
        graph.Node("GlobalMaxPool", [c4], "greatest");
        graph.Node("Concat", ["mean", "greatest"], "both", OnnxGraph.Int("axis", 1));
        graph.Node("Flatten", ["both"], "flat", OnnxGraph.Int("axis", 1));
        graph.Node(
            "Gemm", ["flat", Stored("fc.weight", network.Parameters["fc.weight"]), Stored("fc.bias", network.Parameters["fc.bias"])],
            "logits", OnnxGraph.Int("transB", 1));
        graph.Node("Sigmoid", ["logits"], "predictions_sigmoid");
        return graph.ToBytes(
            "mini_wd_tagger", ("input_1", [-1, side, side, 3]), ("predictions_sigmoid", [-1, TaggerTraining.Labels.Count]));

        string Convolved(string input, int index)
        {
            using var scope = NewDisposeScope();
            var (name, _, _, kernel, stride) = TaggerNetwork.Convolutions[index];
            var (weight, bias) = network.Folded(name);
            graph.Node(
                "Conv", [input, Stored($"{name}.weight", weight), Stored($"{name}.bias", bias)], name,
                OnnxGraph.Ints("kernel_shape", [kernel, kernel]),
                OnnxGraph.Ints("strides", [stride, stride]), OnnxGraph.Ints("pads", [kernel / 2, kernel / 2, kernel / 2, kernel / 2]));
            return name;
        }

        string Rectified(string input)
        {
            graph.Node("Relu", [input], $"{input}.relu");
            return $"{input}.relu";
        }

        string Residual(string input, int first)
        {
            var last = Convolved(Rectified(Convolved(input, first)), first + 1);
            graph.Node("Add", [input, last], $"{last}.sum");
            return Rectified($"{last}.sum");
        }

        string Number(string name, float value)
        {
            graph.Weight(name, [], [value]);
            return name;
        }

        string Stored(string name, Tensor tensor)
        {
            using var scope = NewDisposeScope();
            using var ungraded = no_grad();
            var values = tensor.detach().cpu().contiguous().data<float>().ToArray();
            if (values.Length < HalfFrom)
            {
                graph.Weight(name, tensor.shape, values);
                return name;
            }
            graph.HalfWeight($"{name}.half", tensor.shape, values);
            graph.Node("Cast", [$"{name}.half"], name, OnnxGraph.Int("to", OnnxGraph.Float));
            return name;
        }
    }
}
