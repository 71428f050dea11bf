using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using LoraBuild.Imaging.Png;

namespace LoraBuild.Imaging.Tests;

/// <summary>PNG files of any kind, for the decoder to read.</summary>
internal static class PngFile
{
    /// <summary>Rows with their filter byte, as one file; <paramref name="extra"/> are chunks before the data.</summary>
    public static byte[] Encode(int width, int height, byte bits, byte colourType, ReadOnlySpan<byte> rows, params byte[] extra) =>
        [.. Header(width, height, bits, colourType), .. extra, .. Chunk("IDAT", Deflate(rows)), .. Chunk("IEND", [])];

    public static byte[] Header(int width, int height, byte bits, byte colourType)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, colourType);
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Chunk("IHDR", header)];
    }

    public static byte[] Profile(byte[] icc) => Chunk("iCCP", [(byte)'p', 0, 0, .. Deflate(icc)]);

    public static byte[] Chunk(string type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.Append(0, chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    public static byte[] Deflate(ReadOnlySpan<byte> data)
    {
        var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Fastest))
            zlib.Write(data);
        return stream.ToArray();
    }
}
