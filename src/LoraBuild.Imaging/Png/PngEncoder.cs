using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Png;

/// <summary>
/// Writes 8-bit PNG, RGB of opaque pictures and RGBA of others, without metadata (a PNG without a colour chunk is taken for sRGB) but,
/// where asked for, a text. The same pixels give the same bytes.
/// </summary>
public static class PngEncoder
{
    /// <summary>Writes the picture, whole or not at all.</summary>
    /// <exception cref="LoraBuildException">LB6001: the file cannot be written.</exception>
    public static void Encode(Raster picture, string path, PngText? text = null) =>
        AtomicFile.Write(path, stream => Encode(picture, stream, text));

    /// <summary>Writes the picture to a stream.</summary>
    public static void Encode(Raster picture, Stream stream, PngText? text = null)
    {
        var channels = picture.IsOpaque ? 3 : 4;
        stream.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], picture.Height);
        header[8] = 8; // bits a sample
        header[9] = (byte)(channels == 3 ? 2 : 6); // RGB or RGBA
        header[10..].Clear();
        WriteChunk(stream, "IHDR"u8, header);
        if (text is not null)
            WriteText(stream, text);
        var data = Compress(picture, channels);
        WriteChunk(stream, "IDAT"u8, data.GetBuffer().AsSpan(0, (int)data.Length));
        WriteChunk(stream, "IEND"u8, []);
    }

    // As PIL: tEXt holds Latin-1, iTXt the rest.
    private static void WriteText(Stream stream, PngText text)
    {
        var keyword = Encoding.Latin1.GetBytes(text.Keyword);
        if (text.Value.All(c => c <= byte.MaxValue))
            WriteChunk(stream, "tEXt"u8, [.. keyword, 0, .. Encoding.Latin1.GetBytes(text.Value)]);
        else
            // Not compressed, of no language, without a translated keyword.
            WriteChunk(stream, "iTXt"u8, [.. keyword, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(text.Value)]);
    }

    private static MemoryStream Compress(Raster picture, int channels)
    {
        // Half of the raw size is what photographs come to.
        var data = new MemoryStream(picture.Width * picture.Height / 2 * channels);
        // Filtered rows repeat bytes and little else: runs alone give smaller files than zlib's levels 1 to 6 on photographs and match them
        // on drawings, in the time of level 2.
        using var zlib =
            new ZLibStream(
                data, new ZLibCompressionOptions { CompressionLevel = 1, CompressionStrategy = ZLibCompressionStrategy.RunLengthEncoding },
                leaveOpen: true);
        var filter = new PngFilter(picture.Width, channels);
        var row = new byte[channels + picture.Width * channels];
        var above = new byte[row.Length];
        for (var y = 0; y < picture.Height; y++)
        {
            if (channels == 3)
                DropAlpha(picture.Row(y), row.AsSpan(channels));
            else
                picture.Row(y).CopyTo(row.AsSpan(channels));
            zlib.Write(filter.Choose(row, above));
            (row, above) = (above, row);
        }
        zlib.Dispose();
        return data;
    }

    private static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(Crc32.Append(0, type), data));
        stream.Write(number);
    }
}
