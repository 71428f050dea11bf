using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Formats;

/// <summary>
/// BI_RLE4 and BI_RLE8: pairs (count, value) and escapes (0, 0 end of line; 0, 1 end of picture; 0, 2 dx dy move; 0, n an absolute run,
/// padded to 16 bits). Pixels that are skipped stay at palette entry 0.
/// </summary>
internal static class BmpRunLength
{
    /// <summary>False where the data ends before the picture does, or paints outside of it.</summary>
    public static bool Decode(BmpHeader header, ReadOnlySpan<byte> data, Raster raster)
    {
        if (!FillWithFirstEntry(header, raster))
            return false;
        var nibbles = header.Compression == BmpCompression.Rle4;
        int x = 0, y = 0, at = 0;
        while (at + 1 < data.Length)
        {
            int count = data[at], value = data[at + 1];
            at += 2;
            if (count > 0)
            {
                for (var i = 0; i < count; i++)
                {
                    if (!Paint(header, raster, x++, y, !nibbles ? value : i % 2 == 0 ? value >> 4 : value & 15))
                        return false;
                }
                continue;
            }
            switch (value)
            {
                case 0:
                    (x, y) = (0, y + 1);
                    break;
                case 1:
                    return true;
                case 2:
                    if (at + 1 >= data.Length)
                        return false;
                    (x, y) = (x + data[at], y + data[at + 1]);
                    at += 2;
                    break;
                default:
                    var bytes = nibbles ? (value + 1) / 2 : value;
                    if (at + bytes > data.Length)
                        return false;
                    for (var i = 0; i < value; i++)
                    {
                        if (!Paint(
                            header, raster, x++, y, !nibbles ? data[at + i] : i % 2 == 0 ? data[at + i / 2] >> 4 : data[at + i / 2] & 15))
                            return false;
                    }
                    at += bytes + (bytes & 1);
                    break;
            }
        }
        // Some writers leave the end marker out.
        return y >= header.Height || (y == header.Height - 1 && x >= header.Width);
    }

    private static bool Paint(BmpHeader header, Raster raster, int x, int y, int index) =>
        x < header.Width && y < header.Height && header.TryPaint(header.TargetRow(raster, y), x, index);

    private static bool FillWithFirstEntry(BmpHeader header, Raster raster)
    {
        for (var y = 0; y < header.Height; y++)
        {
            for (var x = 0; x < header.Width; x++)
            {
                if (!Paint(header, raster, x, y, 0))
                    return false;
            }
        }
        return true;
    }
}
