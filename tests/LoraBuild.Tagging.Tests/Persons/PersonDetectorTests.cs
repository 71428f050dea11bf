using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Tagging.Persons;

namespace LoraBuild.Tagging.Tests.Persons;

public sealed class PersonDetectorTests : IDisposable
{
    // Centre x, y, width, height, score, on 100 x 100: two persons, a doubled one, one that is hardly seen, one beyond the edge.
    private static readonly float[][] Boxes =
    [
        [75, 50, 20, 40, 0.9f], [25, 50, 20, 40, 0.8f], [26, 50, 20, 40, 0.7f], [50, 50, 10, 10, 0.2f], [98, 50, 20, 40, 0.4f],
        [0, 0, 0, 0, 0.99f],
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Boxes_of_both_forms_come_from_left_to_right_without_doubles()
    {
        // 400 x 200 on 100 x 100: shrunk to a quarter, 25 rows of grey above and below.
        PersonBox[] expected = [new(60, 20, 140, 180, 0.8f), new(260, 20, 340, 180, 0.9f), new(352, 20, 400, 180, 0.4f)];
        float[] transposed = [.. Enumerable.Range(0, 5).SelectMany(field => Boxes.Select(box => box[field]))];
        float[] withObjectness = [.. Boxes.SelectMany(box => (float[])[.. box[..4], box[4], 1, 0.1f])];
        foreach (var (shape, values) in (((long[], float[])[])[([1, 5, 6], transposed), ([1, 6, 7], withObjectness)]))
        {
            var filled = Pad(shape, values);
            using var detector = Open(OnnxFile.Constant([1, 3, 100, 100], filled.Shape, filled.Values));
            Assert.Equal(expected.Select(Rounded), detector.Find(new Raster(400, 200)).Select(Rounded));
        }
    }

    [Theory]
    [InlineData(new long[] { 1, 100, 100, 3 }, new long[] { 1, 5, 10 }, "[1, 3, height, width]")]
    [InlineData(new long[] { 1, 3, 100, 100 }, new long[] { 5, 10 }, "[1, 4 + classes, boxes]")]
    public void A_model_that_is_no_detector_is_an_error(long[] input, long[] output, string message)
    {
        var error = Assert.Throws<LoraBuildException>(
            () => Open(OnnxFile.Constant(input, output, new float[output.Aggregate(1L, (all, side) => all * side)])));
        Assert.Equal(DiagnosticCode.TaggerModelInvalid, error.Diagnostic.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Boxes of score 0 up to a number that is larger than that of fields.</summary>
    private static (long[] Shape, float[] Values) Pad(long[] shape, float[] values)
    {
        const int Count = 20;
        if (shape[1] == Boxes.Length)
            return ([1, Count, shape[2]], [.. values, .. new float[(Count - Boxes.Length) * shape[2]]]);
        return ([1, shape[1], Count], [.. Enumerable.Range(0, (int)shape[1]).SelectMany(field => (float[])[.. values.AsSpan(
            field * Boxes.Length, Boxes.Length), .. new float[Count - Boxes.Length]])]);
    }

    private static PersonBox Rounded(PersonBox box) =>
        new(Math.Round(box.Left, 3), Math.Round(box.Top, 3), Math.Round(box.Right, 3), Math.Round(box.Bottom, 3), Math.Round(box.Score, 3));

    private PersonDetector Open(byte[] model) => PersonDetector.Open(folder.Write("detector.onnx", model), new TaggerOptions(), []);
}
