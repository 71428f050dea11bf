using System.Buffers.Binary;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Formats;

/// <summary>
/// The place of a GIF's first image on its screen (GIF89a, sections 18 to 26). What it leaves free is transparent, as viewers show it;
/// libraries fill it with black or with the background's colour.
/// </summary>
/// <param name="Left">Columns left of it.</param>
/// <param name="Top">Rows above it.</param>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Data">The offset of what follows its descriptor.</param>
/// <param name="Flags">The descriptor's last byte, which tells of a colour table.</param>
internal readonly record struct GifFrame(int Left, int Top, int Width, int Height, int Data, byte Flags)
{
    private const int HeaderLength = 13, DescriptorLength = 10;

    /// <summary>Finds the first image; null where the content ends before it.</summary>
    public static GifFrame? First(ReadOnlySpan<byte> content)
    {
        const byte extension = 0x21, image = 0x2C;
        if (content.Length < HeaderLength)
            return null;
        var at = HeaderLength + ColourTableLength(content[10]);
        while (at + DescriptorLength < content.Length && content[at] is extension or image)
        {
            if (content[at] == image)
            {
                return new(
                    Number(content, at + 1), Number(content, at + 3), Number(content, at + 5), Number(content, at + 7),
                    at + DescriptorLength, content[at + 9]);
            }

            at += 2;
            if (EndOfBlocks(content, at) is not { } end)
                return null;
            at = end;
        }

        return null;
    }

    /// <summary>True if the image's data is there to its end.</summary>
    public bool IsWhole(ReadOnlySpan<byte> content) => EndOfBlocks(content, Data + ColourTableLength(Flags) + 1) is not null;

    /// <summary>Makes the pixels around the image transparent.</summary>
    /// <param name="screen">The decoded picture.</param>
    public void ClearAround(Raster screen)
    {
        for (var y = 0; y < screen.Height; y++)
        {
            var row = screen.Pixels.AsSpan(y * screen.Width * 4, screen.Width * 4);
            if (y < Top || y >= Top + Height)
            {
                row.Clear();
                continue;
            }

            row[..(Math.Min(Left, screen.Width) * 4)].Clear();
            row[(Math.Min(Left + Width, screen.Width) * 4)..].Clear();
        }
    }

    private static int? EndOfBlocks(ReadOnlySpan<byte> content, int at)
    {
        while (at < content.Length && content[at] != 0)
            at += 1 + content[at];
        return at < content.Length ? at + 1 : null;
    }

    private static int Number(ReadOnlySpan<byte> content, int at) => BinaryPrimitives.ReadUInt16LittleEndian(content[at..]);

    private static int ColourTableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
}
