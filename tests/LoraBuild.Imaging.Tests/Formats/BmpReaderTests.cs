using System.Buffers.Binary;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests.Formats;

public sealed class BmpReaderTests : IDisposable
{
    private const int Rle8 = 1;
    private const int Rle4 = 2;
    private const int BitFields = 3;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public void Rows_run_upwards_or_by_a_negative_height_downwards(int height)
    {
        byte[] first = [1, 2, 3, 4, 5, 6, 0, 0], second = [7, 8, 9, 10, 11, 12, 0, 0];
        var picture = Decode(Bmp(2, height, 24, 0, [.. first, .. second]));
        Assert.Equal((3, 2, 1, 255), Fixtures.Pixel(picture, 0, height < 0 ? 0 : 1));
        Assert.Equal((12, 11, 10, 255), Fixtures.Pixel(picture, 1, height < 0 ? 1 : 0));
    }

    [Fact]
    public void Packed_palette_pixels_begin_at_the_high_bit()
    {
        byte[] palette = [0, 0, 0, 0, 0, 0, 255, 0];
        var picture = Decode(Bmp(10, 1, 1, 0, [0b10100000, 0b01000000, 0, 0], palette));
        for (var x = 0; x < 10; x++)
            Assert.Equal((x is 0 or 2 or 9 ? 255 : 0, 0, 0, 255), Fixtures.Pixel(picture, x, 0));
    }

    [Fact]
    public void Sixteen_bits_without_masks_are_five_a_channel()
    {
        var picture = Decode(Bmp(2, 1, 16, 0, [0x1F, 0x7C, 0xE0, 0x03]));
        Assert.Equal((255, 0, 255, 255), Fixtures.Pixel(picture, 0, 0));
        Assert.Equal((0, 255, 0, 255), Fixtures.Pixel(picture, 1, 0));
    }

    [Fact]
    public void Masks_of_565_follow_the_header()
    {
        var picture = Decode(Bmp(1, 1, 16, BitFields, [0xE0, 0xFF, 0, 0], Masks(0xF800, 0x07E0, 0x001F)));
        Assert.Equal((255, 255, 0, 255), Fixtures.Pixel(picture, 0, 0));
    }

    [Fact]
    public void A_fourth_mask_is_alpha()
    {
        var picture = Decode(Bmp(1, 1, 32, BitFields, [10, 20, 30, 40], Masks(0xFF0000, 0xFF00, 0xFF, 0xFF000000), headerSize: 56));
        Assert.Equal((30, 20, 10, 40), Fixtures.Pixel(picture, 0, 0));
    }

    [Fact]
    public void An_alpha_channel_of_zeros_alone_is_no_transparency()
    {
        var picture = Decode(Bmp(1, 1, 32, BitFields, [10, 20, 30, 0], Masks(0xFF0000, 0xFF00, 0xFF, 0xFF000000), headerSize: 56));
        Assert.Equal((30, 20, 10, 255), Fixtures.Pixel(picture, 0, 0));
    }

    [Fact]
    public void Thirty_two_bits_without_masks_are_opaque()
    {
        var picture = Decode(Bmp(1, 1, 32, 0, [10, 20, 30, 40]));
        Assert.Equal((30, 20, 10, 255), Fixtures.Pixel(picture, 0, 0));
    }

    [Fact]
    public void Runs_of_bytes_are_spelled_out()
    {
        // 3 x entry 1; end of line; absolute run 2, 1, 2 padded to four bytes; end.
        var picture = Decode(Bmp(3, 2, 8, Rle8, [3, 1, 0, 0, 0, 3, 2, 1, 2, 0, 0, 1], Palette(3)));
        Assert.Equal([1, 1, 1], Entries(picture, 1));
        Assert.Equal([2, 1, 2], Entries(picture, 0));
    }

    [Fact]
    public void Runs_of_nibbles_alternate()
    {
        // 3 of the pair (1, 2); end of line; move right by one; 2 of the pair (2, 1); end.
        var picture = Decode(Bmp(3, 2, 4, Rle4, [3, 0x12, 0, 0, 0, 2, 1, 0, 2, 0x21, 0, 1], Palette(3)));
        Assert.Equal([1, 2, 1], Entries(picture, 1));
        Assert.Equal([0, 2, 1], Entries(picture, 0));
    }

    [Fact]
    public void A_run_beyond_the_edge_is_damage() => AssertDamaged(Bmp(3, 1, 8, Rle8, [4, 1, 0, 1], Palette(3)));

    [Fact]
    public void A_pixel_outside_the_palette_is_damage() => AssertDamaged(Bmp(4, 1, 8, 0, [0, 1, 2, 3], Palette(3)));

    [Theory]
    [InlineData(3, 1, 7, 0)]
    [InlineData(0, 1, 24, 0)]
    [InlineData(1, 0, 24, 0)]
    [InlineData(3, 1, 24, 5)]
    [InlineData(int.MaxValue, 1, 24, 0)]
    public void An_impossible_header_is_an_error(int width, int height, short bits, int compression)
    {
        var path = folder.Write("impossible.bmp", Bmp(width, height, bits, compression, new byte[64]));
        var error = Assert.Throws<LoraBuildException>(() => PictureDecoder.Decode(path));
        Assert.Equal(width == int.MaxValue ? DiagnosticCode.PictureTooLarge : DiagnosticCode.UndecodablePicture, error.Diagnostic.Code);
    }

    [Fact]
    public void Any_damaged_byte_gives_a_picture_or_a_coded_error()
    {
        var whole = Bmp(3, 2, 8, Rle8, [3, 1, 0, 0, 0, 3, 2, 1, 2, 0, 0, 1], Palette(3));
        for (var at = 2; at < whole.Length; at++)
        {
            foreach (var value in (byte[])[0, 1, 0x7F, 0x80, 0xFF])
            {
                var damaged = (byte[])whole.Clone();
                damaged[at] = value;
                var path = folder.Write("damaged.bmp", damaged);
                var error = Record.Exception(() => PictureDecoder.Decode(path, maxPixels: 100_000));
                Assert.True(error is null or LoraBuildException, $"Byte {at} = {value}: {error}");
            }
        }
    }

    private Raster Decode(byte[] file) => PictureDecoder.Decode(folder.Write("picture.bmp", file)).Raster;

    private void AssertDamaged(byte[] file)
    {
        var error = Assert.Throws<LoraBuildException>(() => Decode(file));
        Assert.Equal(DiagnosticCode.UndecodablePicture, error.Diagnostic.Code);
    }

    private static byte[] Entries(Raster picture, int y) =>
        [.. Enumerable.Range(0, picture.Width).Select(x => Fixtures.Pixel(picture, x, y).R)];

    /// <summary>Entry n is the grey n.</summary>
    private static byte[] Palette(int count) => [.. Enumerable.Range(0, count).SelectMany(n => (byte[])[(byte)n, (byte)n, (byte)n, 0])];

    private static byte[] Masks(params uint[] masks) => [.. masks.SelectMany(BitConverter.GetBytes)];

    /// <summary>A file; masks or palette follow the first 40 bytes of the header, and masks count into a header that is longer.</summary>
    private static byte[] Bmp(
        int width, int height, short bits, int compression, byte[] pixels, byte[]? afterHeader = null, int headerSize = 40)
    {
        afterHeader ??= [];
        var offset = 14 + 40 + afterHeader.Length;
        var file = new byte[offset + pixels.Length];
        (file[0], file[1]) = ((byte)'B', (byte)'M');
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), offset);
        var header = file.AsSpan(14);
        BinaryPrimitives.WriteInt32LittleEndian(header, headerSize);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], width);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], height);
        BinaryPrimitives.WriteInt16LittleEndian(header[12..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(header[14..], bits);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], compression);
        afterHeader.CopyTo(header[40..]);
        pixels.CopyTo(file, offset);
        return file;
    }
}
