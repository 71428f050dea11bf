using System.Buffers.Binary;
using LoraBuild.Imaging.Formats;

namespace LoraBuild.Imaging.ImageSharp;

/// <summary>
/// Checks that a stream reaches the end of its first picture: ImageSharp fills what is missing with one colour and says nothing.
/// </summary>
internal static class ContentEnd
{
    /// <summary>False where the content is cut off. True for formats that ImageSharp checks itself.</summary>
    public static bool IsPresent(ReadOnlySpan<byte> content, PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => IsJpegWhole(content),
        PictureFormat.Gif => GifFrame.First(content) is { } frame && frame.IsWhole(content),
        PictureFormat.WebP => content.Length >= 12 && BinaryPrimitives.ReadUInt32LittleEndian(content[4..]) + 8ul <= (ulong)content.Length,
        PictureFormat.Tiff => HasTiffValues(content),
        _ => true,
    };

    /// <summary>
    /// Walks the segments (ITU-T T.81, annex B). Their contents are skipped, because a thumbnail in them has an end of its own; in the
    /// entropy-coded data after a scan's header every 0xFF but for stuffing and restarts begins the next segment.
    /// </summary>
    private static bool IsJpegWhole(ReadOnlySpan<byte> content)
    {
        const byte endOfImage = 0xD9;
        var at = 2;
        while (at + 1 < content.Length)
        {
            if (content[at] != 0xFF)
            {
                at++;
                continue;
            }
            var marker = content[at + 1];
            if (marker == endOfImage)
                return true;
            if (marker == 0xFF)
                at++;
            else if (marker is 0 or 1 or (>= 0xD0 and <= 0xD8))
                at += 2;
            else if (at + 3 < content.Length)
                at += 2 + (content[at + 2] << 8 | content[at + 3]);
            else
                return false;
        }
        return false;
    }

    /// <summary>True if every value of the first directory lies within the file (TIFF 6.0, section 2).</summary>
    private static bool HasTiffValues(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> typeSizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
        const int entryLength = 12;
        if (content.Length < 8)
            return false;
        var bigEndian = content[0] == 'M';
        uint Number(ReadOnlySpan<byte> at) =>
            bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        ushort Short(ReadOnlySpan<byte> at) =>
            bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);

        const ushort bigTiff = 43;
        if (Short(content[2..]) == bigTiff)
            return true;
        var directory = Number(content[4..]) + 2L;
        if (directory > content.Length)
            return false;
        var entries = Short(content[(int)(directory - 2)..]);
        if (directory + entries * entryLength > content.Length)
            return false;
        for (var i = 0; i < entries; i++)
        {
            var entry = content.Slice((int)directory + i * entryLength, entryLength);
            var type = Short(entry[2..]);
            var size = type < typeSizes.Length ? (long)typeSizes[type] * Number(entry[4..]) : 0;
            if (size > 4 && Number(entry[8..]) + size > content.Length)
                return false;
        }
        return true;
    }
}
