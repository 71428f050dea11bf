using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests.Png;

public sealed class PngEncoderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Property(MaxTest = 200)]
    public Property Every_opaque_picture_comes_back_bit_for_bit() =>
        Prop.ForAll(Gen.Zip(Gen.Choose(1, 70), Gen.Zip(Gen.Choose(1, 20), Gen.Choose(0, int.MaxValue))).ToArbitrary(), size =>
        {
            var (width, (height, seed)) = size;
            var picture = seed % 2 == 0 ? Fixtures.Noise(width, height, seed) : Gradient(width, height, seed);
            PngEncoder.Encode(picture, folder["picture.png"]);
            Assert.Equal(picture.Pixels, PictureDecoder.Decode(folder["picture.png"]).Raster.Pixels);
        });

    [Fact]
    public void The_same_pixels_give_the_same_bytes()
    {
        PngEncoder.Encode(Fixtures.Noise(50, 40, 1), folder["a.png"]);
        PngEncoder.Encode(Fixtures.Noise(50, 40, 1), folder["b.png"]);
        Assert.Equal(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["b.png"]));
    }

    [Fact]
    public void A_smooth_picture_is_compressed()
    {
        PngEncoder.Encode(Gradient(256, 256, 1), folder["smooth.png"]);
        Assert.InRange(new FileInfo(folder["smooth.png"]).Length, 100, 256 * 256 * 3 / 5);
    }

    [Property(MaxTest = 100)]
    public Property A_transparent_picture_comes_back_with_its_alpha_and_its_hidden_colours() =>
        Prop.ForAll(Gen.Zip(Gen.Choose(1, 40), Gen.Zip(Gen.Choose(1, 20), Gen.Choose(0, int.MaxValue))).ToArbitrary(), size =>
        {
            var (width, (height, seed)) = size;
            var picture = Fixtures.Noise(width, height, seed);
            for (var i = 3; i < picture.Pixels.Length; i += 4)
                picture.Pixels[i] = (byte)(picture.Pixels[i - 1] & 0xFE);
            PngEncoder.Encode(picture, folder["picture.png"]);
            Assert.Equal(picture.Pixels, PictureDecoder.Decode(folder["picture.png"]).Raster.Pixels);
        });

    [Fact]
    public void A_place_that_cannot_be_written_is_an_error_and_nothing_stays()
    {
        Directory.CreateDirectory(folder["picture.png"]);
        var error = Assert.Throws<LoraBuildException>(() => PngEncoder.Encode(Fixtures.Noise(4, 4, 1), folder["picture.png"]));
        Assert.Equal(DiagnosticCode.CannotWrite, error.Diagnostic.Code);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static Raster Gradient(int width, int height, int seed)
    {
        var picture = Fixtures.Plain(width, height, 255);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                (picture.Row(y)[x * 4], picture.Row(y)[x * 4 + 1]) = ((byte)(x + y * (seed % 5)), (byte)(x * (seed % 3)));
        }
        return picture;
    }
}
