using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Formats;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests;

public sealed class PictureDecoderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_a_GIFs_first_frame_leaves_free_is_transparent()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "small-frame.gif");
        // A screen of 3 x 2 with a palette of black and white; a frame of 1 x 1 at (1, 0), whose pixel is white.
        File.WriteAllBytes(
            path, [.. "GIF89a"u8, 3, 0, 2, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 1, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 1, 0, 0x3B]);

        var raster = PictureDecoder.Decode(path).Raster;

        Assert.Equal((3, 2), (raster.Width, raster.Height));
        Assert.Equal([0, 255, 0, 0, 0, 0], raster.Pixels.Where((_, index) => index % 4 == 3).Select(alpha => (int)alpha));
        Assert.Equal([255, 255, 255, 255], raster.Pixels[4..8]);
    }

    [Theory]
    [InlineData("rgb.png", PictureFormat.Png)]
    [InlineData("palette.png", PictureFormat.Png)]
    [InlineData("srgb-profile.png", PictureFormat.Png)]
    [InlineData("lossless.webp", PictureFormat.WebP)]
    [InlineData("plain.gif", PictureFormat.Gif)]
    [InlineData("animated.gif", PictureFormat.Gif)]
    [InlineData("lzw.tiff", PictureFormat.Tiff)]
    [InlineData("rgb.bmp", PictureFormat.Bmp)]
    [InlineData("palette.bmp", PictureFormat.Bmp)]
    [InlineData("exif6.png", PictureFormat.Png)]
    [InlineData("exif6.webp", PictureFormat.WebP)]
    [InlineData("exif6.tiff", PictureFormat.Tiff)]
    public void A_lossless_picture_keeps_its_pixels(string name, PictureFormat format)
    {
        var picture = PictureDecoder.Decode(Fixtures.Path(name));
        Assert.Equal(format, picture.Format);
        Assert.Empty(picture.Warnings);
        AssertQuadrants(picture.Raster, tolerance: 0);
    }

    /// <summary>TIFF's palettes have 16 bits, and writers differ in how they widen 8.</summary>
    [Fact]
    public void A_TIFF_palette_is_narrowed_to_8_bits() =>
        AssertQuadrants(PictureDecoder.Decode(Fixtures.Path("palette.tiff")).Raster, tolerance: 1);

    [Theory]
    [InlineData("rgb.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("jpeg.tiff")]
    [InlineData("lossy.webp")]
    [InlineData("exif1.jpg")]
    [InlineData("exif2.jpg")]
    [InlineData("exif3.jpg")]
    [InlineData("exif4.jpg")]
    [InlineData("exif5.jpg")]
    [InlineData("exif6.jpg")]
    [InlineData("exif7.jpg")]
    [InlineData("exif8.jpg")]
    public void A_lossy_picture_is_upright_and_nearly_its_colours(string name)
    {
        var picture = PictureDecoder.Decode(Fixtures.Path(name));
        Assert.Empty(picture.Warnings);
        AssertQuadrants(picture.Raster, tolerance: 4);
    }

    /// <summary>Inks are duller than light, how much depends on the press that a profile stands for.</summary>
    [Fact]
    public void CMYK_becomes_RGB() => AssertQuadrants(PictureDecoder.Decode(Fixtures.Path("cmyk.jpg")).Raster, tolerance: 80);

    [Theory]
    [InlineData("rgb.avif", "AVIF", 4)]
    [InlineData("cmyk.tiff", "TIFF", 80)]
    public void What_libvips_reads_and_ImageSharp_does_not_is_refused_by_name(string name, string format, int tolerance)
    {
        if (IsLibvips)
        {
            AssertQuadrants(PictureDecoder.Decode(Fixtures.Path(name)).Raster, tolerance);
            return;
        }

        var error = AssertFails(DiagnosticCode.UndecodablePicture, Fixtures.Path(name));
        Assert.Contains($"does not read {format} of this kind. Convert the picture to PNG", error.Message);
    }

    [Theory]
    [InlineData("grey.png", 0)]
    [InlineData("grey16.png", 0)]
    [InlineData("grey16.tiff", 0)]
    [InlineData("grey.jpg", 2)]
    public void Grey_of_8_and_16_bits_becomes_RGB(string name, int tolerance)
    {
        var raster = PictureDecoder.Decode(Fixtures.Path(name)).Raster;
        AssertNear(((byte)93, (byte)93, (byte)93), raster, 4, 4, tolerance);
        AssertNear(((byte)136, (byte)136, (byte)136), raster, 24, 4, tolerance);
    }

    /// <summary>
    /// 257 times an 8-bit value is that value, whether 16 bits are rounded or cut; between two of them either is near enough.
    /// </summary>
    [Theory]
    [InlineData(2, 0, 0)]
    [InlineData(6, 0, 0)]
    [InlineData(2, 200, 1)]
    [InlineData(6, 200, 1)]
    public void Colour_of_16_bits_becomes_8(byte colourType, ushort more, int tolerance)
    {
        const int width = 7, height = 5;
        var channels = colourType == 2 ? 3 : 4;
        var rows = new List<byte>();
        byte Value(int x, int y, int channel) => (byte)(channel == 3 ? 255 - 50 * (x % 2) : x * 31 + y * 47 + channel * 83);
        for (var y = 0; y < height; y++)
        {
            rows.Add(0);
            for (var i = 0; i < width * channels; i++)
            {
                var value = Math.Min(Value(i / channels, y, i % channels) * 257 + more, ushort.MaxValue);
                rows.AddRange([(byte)(value >> 8), (byte)value]);
            }
        }

        var picture = PictureDecoder.Decode(folder.Write("16.png", PngFile.Encode(width, height, bits: 16, colourType, [.. rows])));
        Assert.Empty(picture.Warnings);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                AssertNear((Value(x, y, 0), Value(x, y, 1), Value(x, y, 2)), picture.Raster, x, y, tolerance);
                Assert.InRange(Fixtures.Pixel(picture.Raster, x, y).A, channels == 4 ? Value(x, y, 3) - tolerance : 255, 255);
                if (channels == 4 && x % 2 == 1)
                    Assert.InRange(Fixtures.Pixel(picture.Raster, x, y).A, 205 - tolerance, 205 + tolerance);
            }
        }
    }

    [Theory]
    [InlineData(1, 20_000)]
    [InlineData(20_000, 1)]
    [InlineData(1, 1)]
    public void A_line_and_a_point_are_pictures_too(int width, int height)
    {
        var rows = new byte[height * (1 + width * 3)];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = (byte)(i % (1 + width * 3) == 0 ? 0 : 90);
        var raster = PictureDecoder.Decode(folder.Write("line.png", PngFile.Encode(width, height, bits: 8, colourType: 2, rows))).Raster;
        Assert.Equal((width, height), (raster.Width, raster.Height));
        AssertNear((90, 90, 90), raster, width - 1, height - 1, 0);
        Assert.Equal(new Raster(width, height).Pixels.Length, raster.Pixels.Length);
    }

    [Theory]
    [InlineData("transparent.png")]
    [InlineData("transparent.webp")]
    [InlineData("transparent.tiff")]
    public void Transparency_is_kept_with_the_colour_under_it(string name)
    {
        var raster = PictureDecoder.Decode(Fixtures.Path(name)).Raster;
        AssertQuadrants(raster, tolerance: 0);
        Assert.Equal(255, raster.Pixels[3]);
        Assert.Equal(0, raster.Pixels[^1]);
    }

    public static TheoryData<string, double> Truncations
    {
        get
        {
            var cases = new TheoryData<string, double>();
            foreach (var name in (string[])[
                "rgb.png", "rgb.jpg", "progressive.jpg", "lossy.webp", "lossless.webp", "plain.gif", "lzw.tiff", "jpeg.tiff", "rgb.bmp",
                "palette.bmp",
            ])
            {
                foreach (var share in (double[])[0.05, 0.3, 0.6, 0.85])
                    cases.Add(name, share);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Truncations))]
    public void A_truncated_picture_is_an_error_that_names_the_file(string name, double share)
    {
        var whole = Fixtures.Bytes(name);
        var path = folder.Write(name, whole.AsSpan(0, (int)(whole.Length * share)));
        AssertFails(DiagnosticCode.UndecodablePicture, path);
    }

    [Fact]
    public void A_damaged_picture_is_an_error()
    {
        var content = Fixtures.Bytes("rgb.png");
        content[content.Length / 2] ^= 0x55;
        AssertFails(DiagnosticCode.UndecodablePicture, folder.Write("damaged.png", content));
    }

    [Fact]
    public void An_empty_file_is_an_error() =>
        Assert.Contains("0 bytes", AssertFails(DiagnosticCode.UndecodablePicture, folder.Write("empty.jpg", [])).Message);

    [Fact]
    public void A_file_that_is_no_picture_is_an_error() =>
        Assert.Contains(
            "not a picture", AssertFails(DiagnosticCode.UndecodablePicture, folder.Write("page.png", "<!DOCTYPE html>"u8)).Message);

    [Fact]
    public void A_missing_file_is_an_error() => AssertFails(DiagnosticCode.CannotRead, folder["nowhere.png"]);

    [Fact]
    public void A_huge_picture_is_refused_by_its_header()
    {
        // 41 bytes of header for 400 megapixels, with nothing behind it.
        var header = PngFile.Header(20000, 20000, bits: 8, colourType: 2);
        var error =
            AssertFails(
                DiagnosticCode.PictureTooLarge,
                folder.Write("bomb.png", [.. header, .. PngFile.Chunk("IDAT", PngFile.Deflate(new byte[100]))]));
        Assert.Contains("20000 x 20000", error.Message);
        Assert.Contains("400 megapixels", error.Message);
    }

    [Fact]
    public void The_limit_of_pixels_is_the_callers()
    {
        var error = Assert.Throws<LoraBuildException>(() => PictureDecoder.Decode(Fixtures.Path("rgb.png"), maxPixels: 32 * 24 - 1));
        Assert.Equal(DiagnosticCode.PictureTooLarge, error.Diagnostic.Code);
        Assert.Equal(32, PictureDecoder.Decode(Fixtures.Path("rgb.png"), maxPixels: 32 * 24).Raster.Width);
    }

    [Theory]
    [InlineData("rgb.png", "picture.jpg", "PNG")]
    [InlineData("rgb.jpg", "picture.webp", "JPEG")]
    [InlineData("lossless.webp", "picture.PNG", "WebP")]
    [InlineData("rgb.bmp", "picture", "BMP")]
    public void A_mislabelled_picture_is_read_with_a_warning(string name, string label, string format)
    {
        var picture = PictureDecoder.Decode(folder.Write(label, Fixtures.Bytes(name)));
        var warning = Assert.Single(picture.Warnings);
        Assert.Equal(DiagnosticCode.MislabelledPicture, warning.Code);
        Assert.Equal(Severity.Warning, warning.Severity);
        Assert.Contains(format, warning.Message);
        Assert.Equal(32, picture.Raster.Width);
    }

    [Theory]
    [InlineData("JPEG.JPEG")]
    [InlineData("x[page=1].jpg")]
    [InlineData("a b%20;$(@)'\".jpg")]
    [InlineData("絵 ünï.jpg")]
    public void No_character_of_a_file_name_has_a_meaning(string label) =>
        Assert.Empty(PictureDecoder.Decode(folder.Write(label, Fixtures.Bytes("rgb.jpg"))).Warnings);

    /// <summary>A profile whose red and blue primaries are exchanged: applied, it exchanges the channels.</summary>
    [Fact]
    public void A_colour_profile_is_applied_or_warned_about()
    {
        byte[] pixel = [0, 200, 40, 90];
        var path = folder.Write(
            "profile.png", PngFile.Encode(1, 1, bits: 8, colourType: 2, pixel, PngFile.Profile(IccProfile.SrgbWithRedAndBlueExchanged())));
        var picture = PictureDecoder.Decode(path);
        if (IsLibvips)
        {
            Assert.Empty(picture.Warnings);
            AssertNear((90, 40, 200), picture.Raster, 0, 0, 2);
        }
        else
        {
            Assert.Equal(DiagnosticCode.ColourProfileIgnored, Assert.Single(picture.Warnings).Code);
            AssertNear((200, 40, 90), picture.Raster, 0, 0, 0);
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        var names = Directory.GetFiles(Fixtures.Path(""))
            .Where(name => IsLibvips || Path.GetFileName(name) is not ("rgb.avif" or "cmyk.tiff")).ToArray();
        var alone = Array.ConvertAll(names, name => PictureDecoder.Decode(name).Raster.Pixels);
        Parallel.For(0, names.Length * 4, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            Assert.Equal(alone[i % names.Length], PictureDecoder.Decode(names[i % names.Length]).Raster.Pixels));
    }

    private static bool IsLibvips => PictureDecoder.EngineVersion.StartsWith("libvips", StringComparison.Ordinal);

    private static LoraBuildException AssertFails(string code, string path)
    {
        var error = Assert.Throws<LoraBuildException>(() => PictureDecoder.Decode(path));
        Assert.Equal(code, error.Diagnostic.Code);
        Assert.Equal(path, error.Diagnostic.File);
        return error;
    }

    private static void AssertQuadrants(Raster raster, int tolerance)
    {
        Assert.Equal((32, 24), (raster.Width, raster.Height));
        AssertNear(Fixtures.Red, raster, 7, 5, tolerance);
        AssertNear(Fixtures.Green, raster, 24, 5, tolerance);
        AssertNear(Fixtures.Blue, raster, 7, 18, tolerance);
        AssertNear(Fixtures.Pale, raster, 24, 18, tolerance);
    }

    private static void AssertNear((byte R, byte G, byte B) expected, Raster raster, int x, int y, int tolerance)
    {
        var (r, g, b, _) = Fixtures.Pixel(raster, x, y);
        Assert.InRange(r, expected.R - tolerance, expected.R + tolerance);
        Assert.InRange(g, expected.G - tolerance, expected.G + tolerance);
        Assert.InRange(b, expected.B - tolerance, expected.B + tolerance);
    }
}
