using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Tagging.Backgrounds;

namespace LoraBuild.Tagging.Tests.Backgrounds;

public sealed class FigureModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(40, 20)]
    [InlineData(20, 40)]
    [InlineData(200, 64)]
    public void The_mask_lies_where_the_figure_is_whatever_the_pictures_proportions(int width, int height)
    {
        // The left half is light, so it is figure.
        var picture = new Raster(width, height);
        for (var i = 0; i < width * height; i++)
            picture.Pixels.AsSpan(i * 4, 4).Fill((byte)(i % width < width / 2 ? 255 : 0));
        for (var i = 3; i < picture.Pixels.Length; i += 4)
            picture.Pixels[i] = 255;
        using var model = Open(OnnxFile.Brightest(1, 3, 64, 64));
        var figure = model.FigureOf(picture);
        for (var y = 0; y < height; y++)
        {
            Assert.Equal(255, figure[y * width + width / 4]);
            Assert.Equal(0, figure[y * width + width * 3 / 4]);
        }
    }

    [Fact]
    public void A_model_that_is_no_segmentation_is_an_error()
    {
        var error = Assert.Throws<LoraBuildException>(() => Open(OnnxFile.Brightest(1, 3, 64, 32)));
        Assert.Equal(DiagnosticCode.TaggerModelInvalid, error.Diagnostic.Code);
    }

    private FigureModel Open(byte[] model) => FigureModel.Open(folder.Write("isnet.onnx", model), new TaggerOptions(), []);
}
