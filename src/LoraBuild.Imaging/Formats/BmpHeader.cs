using LoraBuild.Imaging.Rasters;
using static System.Buffers.Binary.BinaryPrimitives;

namespace LoraBuild.Imaging.Formats;

/// <summary>The values of a bitmap header's biCompression that carry pixels themselves.</summary>
internal enum BmpCompression
{
    None = 0,
    Rle8 = 1,
    Rle4 = 2,
    BitFields = 3,
    AlphaBitFields = 6,
}

/// <summary>A bitmap's headers, masks and palette.</summary>
internal sealed class BmpHeader
{
    private const int FileHeaderSize = 14;
    private const int CoreHeaderSize = 12;
    private const int V5HeaderSize = 124;
    private const uint EmbeddedProfile = 0x4D424544;

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required bool IsTopDown { get; init; }

    public required int BitsPerPixel { get; init; }

    public required BmpCompression Compression { get; init; }

    public required int PixelOffset { get; init; }

    public required (BmpChannel Red, BmpChannel Green, BmpChannel Blue, BmpChannel Alpha) Masks { get; init; }

    /// <summary>R, G, B of each entry.</summary>
    public required byte[] Palette { get; init; }

    public required bool HasForeignProfile { get; init; }

    /// <summary>The row of the picture that the file's row <paramref name="y"/> is.</summary>
    public Span<byte> TargetRow(Raster raster, int y) => raster.Row(IsTopDown ? y : Height - 1 - y);

    /// <summary>Sets pixel <paramref name="x"/> to a palette entry; false where the palette has no such entry.</summary>
    public bool TryPaint(Span<byte> row, int x, int index)
    {
        if (index * 3 >= Palette.Length)
            return false;
        Palette.AsSpan(index * 3, 3).CopyTo(row[(x * 4)..]);
        row[x * 4 + 3] = 255;
        return true;
    }

    /// <summary>Null where the header is cut off, contradicts itself or names a kind that does not exist.</summary>
    public static BmpHeader? Read(ReadOnlySpan<byte> content)
    {
        if (content.Length < FileHeaderSize + CoreHeaderSize)
            return null;
        var info = content[FileHeaderSize..];
        var size = ReadInt32LittleEndian(info);
        if (size != CoreHeaderSize && size is < 40 or > 1024 || size > info.Length)
            return null;
        var core = size == CoreHeaderSize;
        var width = core ? ReadUInt16LittleEndian(info[4..]) : ReadInt32LittleEndian(info[4..]);
        var height = core ? ReadUInt16LittleEndian(info[6..]) : ReadInt32LittleEndian(info[8..]);
        var bits = ReadUInt16LittleEndian(info[(core ? 10 : 14)..]);
        var compression = core ? BmpCompression.None : (BmpCompression)ReadInt32LittleEndian(info[16..]);
        var pixelOffset = ReadUInt32LittleEndian(content[10..]);
        if (width <= 0 || height is 0 or int.MinValue || pixelOffset > content.Length || !IsKnown(bits, compression))
            return null;
        if (ReadMasks(info, size, bits, compression) is not var (masks, maskBytes))
            return null;
        return new BmpHeader
        {
            Width = width,
            Height = Math.Abs(height),
            IsTopDown = height < 0,
            BitsPerPixel = bits,
            Compression = compression,
            PixelOffset = (int)pixelOffset,
            Masks = masks,
            Palette =
                bits > 8
                    ? []
                    : ReadPalette(
                        content, FileHeaderSize + size + maskBytes, (int)pixelOffset, core ? 3 : 4, bits,
                        core ? 0 : ReadUInt32LittleEndian(info[32..])),
            HasForeignProfile = size >= V5HeaderSize && CarriesForeignProfile(info),
        };
    }

    private static bool IsKnown(int bits, BmpCompression compression) => compression switch
    {
        BmpCompression.None => bits is 1 or 4 or 8 or 16 or 24 or 32,
        BmpCompression.Rle4 => bits == 4,
        BmpCompression.Rle8 => bits == 8,
        BmpCompression.BitFields or BmpCompression.AlphaBitFields => bits is 16 or 32,
        _ => false,
    };

    /// <summary>The channels, and how many bytes of masks follow a header that has no room for them.</summary>
    private static ((BmpChannel, BmpChannel, BmpChannel, BmpChannel) Masks, int Bytes)? ReadMasks(
        ReadOnlySpan<byte> info, int size, int bits, BmpCompression compression)
    {
        if (compression is not (BmpCompression.BitFields or BmpCompression.AlphaBitFields))
        {
            return bits == 16
                ? ((new(0x7C00), new(0x03E0), new(0x001F), new(0)), 0)
                : ((new(0xFF0000), new(0x00FF00), new(0x0000FF), new(0)), 0);
        }
        var after = size > 40 ? 0 : compression == BmpCompression.AlphaBitFields ? 16 : 12;
        if (info.Length < 52 || (after == 16 && info.Length < 56))
            return null;
        var alpha = size >= 56 || after == 16 ? ReadUInt32LittleEndian(info[52..]) : 0;
        return (
            (new(ReadUInt32LittleEndian(info[40..])), new(ReadUInt32LittleEndian(info[44..])), new(ReadUInt32LittleEndian(info[48..])), new(
                alpha)), after);
    }

    private static byte[] ReadPalette(ReadOnlySpan<byte> content, int start, int end, int entrySize, int bits, uint used)
    {
        var room = Math.Max(0, end - start) / entrySize;
        var count = (int)Math.Min(used == 0 ? 1u << bits : Math.Min(used, 1u << bits), (uint)room);
        var palette = new byte[count * 3];
        for (var i = 0; i < count; i++)
        {
            var entry = content[(start + i * entrySize)..];
            (palette[i * 3], palette[i * 3 + 1], palette[i * 3 + 2]) = (entry[2], entry[1], entry[0]);
        }
        return palette;
    }

    private static bool CarriesForeignProfile(ReadOnlySpan<byte> info)
    {
        if (ReadUInt32LittleEndian(info[56..]) != EmbeddedProfile)
            return false;
        var offset = ReadUInt32LittleEndian(info[112..]);
        var size = ReadUInt32LittleEndian(info[116..]);
        return (ulong)offset + size > (ulong)info.Length || !ColourProfile.IsSrgb(info.Slice((int)offset, (int)size));
    }
}

/// <summary>One channel of a pixel by its bit mask.</summary>
internal readonly struct BmpChannel(uint mask)
{
    private readonly int shift = System.Numerics.BitOperations.TrailingZeroCount(mask);
    private readonly ulong max = mask == 0 ? 0 : mask >> System.Numerics.BitOperations.TrailingZeroCount(mask);

    public bool IsEmpty => mask == 0;

    /// <summary>The channel's value spread over 0..255, rounded to nearest.</summary>
    public byte Extract(uint pixel) => max switch
    {
        0 => 0,
        255 => (byte)((pixel & mask) >> shift),
        _ => (byte)(((ulong)((pixel & mask) >> shift) * 255 + max / 2) / max),
    };
}
