using LoraBuild.Imaging.Rasters;
using LoraBuild.Tagging;
using LoraBuild.Tagging.Backgrounds;
using LoraBuild.Tagging.Persons;
using LoraBuild.Tagging.Tests;

namespace LoraBuild.Fuzz;

/// <summary>Models of ONNX Runtime, loaded and run once on a small picture.</summary>
internal static class OnnxReaders
{
    private const int TestCases = 150, Side = 32;

    private const string Labels = "tag_id,name,category,count\n1,general,9,1\n2,1girl,0,1\n3,solo,0,1\n";

    private static readonly TaggerOptions OneThread = new() { Threads = 1, UseGpu = false };

    private static readonly Raster Picture = new(Side, Side);

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        Of("onnx-tagger", OnnxFile.ChannelMeans([1, Side, Side, 3], [1, 2], [1, 3]), path =>
        {
            var labels = Path.Combine(Path.GetDirectoryName(path)!, "selected_tags.csv");
            File.WriteAllText(labels, Labels);
            using var model = Tagger.Open(path, labels, OneThread);
            _ = model.Score(Picture);
        }),
        Of("onnx-figure", OnnxFile.Brightest(1, 3, Side, Side), path =>
        {
            using var model = FigureModel.Open(path, OneThread, []);
            _ = model.FigureOf(Picture);
        }),
        Of("onnx-person", OnnxFile.Constant([1, 3, Side, Side], [1, 5, 8], new float[40]), path =>
        {
            using var model = PersonDetector.Open(path, OneThread, []);
            _ = model.Find(Picture);
        }),
    ];

    private static FuzzReader Of(string name, byte[] seed, Action<string> read) => new(
        name,
        "model.onnx",
        [seed],
        [.. FuzzReaders.Utf8("ReduceMean", "Identity", "Reshape", "axes", "keepdims", "x", "y"), [0x08], [0x12, 0x7F], [0x3A], [0x0A, 0x00],
            [0x5A, 0x05], [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F]],
        read) { TestCases = TestCases };
}
