using System.Buffers.Binary;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;

namespace LoraBuild.Dataset.Pictures;

/// <summary>The start of a PNG file (W3C PNG specification, 5.2 and 11.2.2).</summary>
public static class PngHeader
{
    private const int SizeOffset = 16;
    private const int SizeEnd = 24;

    /// <summary>A PNG's width and height, from its header alone.</summary>
    /// <exception cref="LoraBuildException">LB6004: it is no PNG.</exception>
    public static PixelSize ReadSize(string path)
    {
        Span<byte> header = stackalloc byte[SizeEnd];
        using var stream = File.OpenRead(path);
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header[1..4].SequenceEqual("PNG"u8))
            throw new LoraBuildException(DiagnosticCode.CannotRead, "This is no PNG file. Delete it and build again.", path);
        return new PixelSize(
            BinaryPrimitives.ReadInt32BigEndian(header[SizeOffset..]), BinaryPrimitives.ReadInt32BigEndian(header[(SizeOffset + 4)..]));
    }
}
