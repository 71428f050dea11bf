using LoraBuild.Imaging.Rasters;
using static System.Buffers.Binary.BinaryPrimitives;

namespace LoraBuild.Imaging.Formats;

/// <summary>
/// Windows and OS/2 bitmaps of 1, 4, 8, 16, 24 and 32 bits a pixel: bottom-up and top-down, palettes, BITFIELDS with alpha, RLE4 and RLE8
/// (BITMAPINFOHEADER to BITMAPV5HEADER, Windows GDI documentation).
/// </summary>
internal static class BmpReader
{
    /// <summary>Width and height by the header; null where it is damaged or of a kind that does not exist.</summary>
    public static (int Width, int Height)? Measure(byte[] content) =>
        BmpHeader.Read(content) is { } header ? (header.Width, header.Height) : null;

    /// <summary>The pixels; null where the file is truncated or damaged.</summary>
    public static EnginePicture? Decode(byte[] content)
    {
        if (BmpHeader.Read(content) is not { } header)
            return null;
        var raster = new Raster(header.Width, header.Height);
        var pixels = content.AsSpan(header.PixelOffset);
        var complete = header.Compression switch
        {
            BmpCompression.Rle4 or BmpCompression.Rle8 => BmpRunLength.Decode(header, pixels, raster),
            _ => header.BitsPerPixel <= 8 ? DecodeIndexed(header, pixels, raster) : DecodeDirect(header, pixels, raster),
        };
        return complete ? new EnginePicture(raster, ProfileIgnored: header.HasForeignProfile) : null;
    }

    private static bool DecodeIndexed(BmpHeader header, ReadOnlySpan<byte> pixels, Raster raster)
    {
        var stride = Stride(header);
        if (pixels.Length < stride * header.Height)
            return false;
        var perByte = 8 / header.BitsPerPixel;
        var mask = (1 << header.BitsPerPixel) - 1;
        for (var y = 0; y < header.Height; y++)
        {
            var source = pixels[(int)(y * stride)..];
            var target = header.TargetRow(raster, y);
            for (var x = 0; x < header.Width; x++)
            {
                var shift = (perByte - 1 - x % perByte) * header.BitsPerPixel;
                if (!header.TryPaint(target, x, (source[x / perByte] >> shift) & mask))
                    return false;
            }
        }
        return true;
    }

    private static bool DecodeDirect(BmpHeader header, ReadOnlySpan<byte> pixels, Raster raster)
    {
        var stride = Stride(header);
        if (pixels.Length < stride * header.Height)
            return false;
        var (red, green, blue, alpha) = header.Masks;
        var bytes = header.BitsPerPixel / 8;
        var anyAlpha = false;
        for (var y = 0; y < header.Height; y++)
        {
            var source = pixels.Slice((int)(y * stride), header.Width * bytes);
            var target = header.TargetRow(raster, y);
            for (var x = 0; x < header.Width; x++)
            {
                var at = source[(x * bytes)..];
                var value = bytes switch { 2 => ReadUInt16LittleEndian(at), 3 => at[0] | (uint)at[1] << 8 | (uint)at[2] << 16, _ =>
                    ReadUInt32LittleEndian(at) };
                target[x * 4] = red.Extract(value);
                target[x * 4 + 1] = green.Extract(value);
                target[x * 4 + 2] = blue.Extract(value);
                target[x * 4 + 3] = alpha.IsEmpty ? (byte)255 : alpha.Extract(value);
                anyAlpha |= target[x * 4 + 3] != 0;
            }
        }
        // Many writers declare an alpha channel and leave it zero; nobody means a wholly invisible picture.
        if (!anyAlpha)
        {
            for (var i = 3; i < raster.Pixels.Length; i += 4)
                raster.Pixels[i] = 255;
        }
        return true;
    }

    private static long Stride(BmpHeader header) => ((long)header.Width * header.BitsPerPixel + 31) / 32 * 4;

}
