using System.Buffers.Binary;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;

namespace LoraBuild.Dataset.Pictures;

/// <summary>The start of a PNG file (W3C PNG specification, 5.2 and 11.2.2), and the perceptual hash that a normalized picture carries there.</summary>
public static class PngHeader
{
    private const int SizeOffset = 16;
    private const int SizeEnd = 24;
    private const int HashChunkOffset = 33;
    private const int HashEnd = HashChunkOffset + 16;

    /// <summary>
    /// The type of the chunk right after the header whose 8 bytes are a <see cref="PerceptualHash"/>: ancillary, private, and not to be
    /// copied by a program that changes pixels.
    /// </summary>
    public static ReadOnlySpan<byte> HashChunk => "phSH"u8;

    /// <summary>A PNG's width and height, from its header alone.</summary>
    /// <exception cref="LoraBuildException">LB6004: it is no PNG.</exception>
    public static PixelSize ReadSize(string path)
    {
        Span<byte> header = stackalloc byte[SizeEnd];
        Read(path, header);
        return SizeOf(header);
    }

    /// <summary>A normalized picture's size and perceptual hash, from its header alone.</summary>
    /// <exception cref="LoraBuildException">LB6004: it is no PNG, or carries no hash.</exception>
    public static (PixelSize Size, PerceptualHash Hash) ReadFacts(string path)
    {
        Span<byte> header = stackalloc byte[HashEnd];
        Read(path, header);
        if (!header[(HashChunkOffset + 4)..(HashChunkOffset + 8)].SequenceEqual(HashChunk))
            throw new LoraBuildException(DiagnosticCode.CannotRead, "This picture carries no perceptual hash, so this build did not make it. Delete it and build again.", path);
        return (SizeOf(header), new PerceptualHash(BinaryPrimitives.ReadUInt64BigEndian(header[(HashChunkOffset + 8)..])));
    }

    private static void Read(string path, Span<byte> header)
    {
        using var stream = File.OpenRead(path);
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header[1..4].SequenceEqual("PNG"u8))
            throw new LoraBuildException(DiagnosticCode.CannotRead, "This is no PNG file. Delete it and build again.", path);
    }

    private static PixelSize SizeOf(ReadOnlySpan<byte> header) => new(
        BinaryPrimitives.ReadInt32BigEndian(header[SizeOffset..]), BinaryPrimitives.ReadInt32BigEndian(header[(SizeOffset + 4)..]));
}
