using System.Buffers.Binary;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Imaging;
using LoraBuild.Imaging.Png;

namespace LoraBuild.Fuzz;

/// <summary>Pictures of every format, decoded with the limits of the worker.</summary>
internal static class PictureReaders
{
    private const long MaxPixels = 2_000_000;
    private const int TestCases = 150;

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        Of("png", "*.png", "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "iCCP", "zTXt", "iTXt", "eXIf", "acTL", "fcTL") with { Repair =
            RepairPng },
        Of("jpeg", "*.jpg", "\u00ff", "JFIF\0", "Exif\0\0", "MM\0*", "II*\0", "ICC_PROFILE\0", "Adobe\0"),
        Of("webp", "*.webp", "RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF"),
        Of("gif", "*.gif", "GIF89a", "NETSCAPE2.0", "!\u00f9", ",", ";", "\0"),
        Of("avif", "*.avif", "ftypavif", "meta", "iloc", "iinf", "iprp", "ipco", "ispe", "pixi", "av1C", "mdat", "irot", "grid"),
        Of("tiff", "*.tiff", "II*\0", "MM\0*", "\u0001\u0001", "\u0011\u0001"),
        Of("bmp", "*.bmp", "BM", "(\0\0\0", "\u0001\0", "\u0018\0"),
        new("png-header", "a.png", Seeds("*.png"), FuzzReaders.Utf8("\u0089PNG\r\n\u001a\n", "IHDR"), path => _ = PngHeader.ReadSize(path)),
    ];

    private static FuzzReader Of(string name, string files, params string[] tokens) => new(
        name,
        "picture." + name,
        Seeds(files),
        [.. tokens.Select(token => token.Select(letter => (byte)letter)
            .ToArray()), [0xFF, 0xD8], [0xFF, 0xD9], [0xFF, 0xC0], [0xFF, 0xC4], [0xFF, 0xDA], [0xFF, 0xFF, 0xFF, 0x7F]],
        path => _ = PictureDecoder.Decode(path, MaxPixels))
    {
        TestCases = TestCases,
    };

    private static IReadOnlyList<byte[]> Seeds(string files) =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Data", "pictures"), files).Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)];

    // The sum behind each chunk, as far as the chunks' lengths lead.
    private static byte[] RepairPng(byte[] file)
    {
        for (var chunk = 8L; chunk + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)chunk));
            if (chunk + 12 + length > file.Length)
                break;
            var sum = Crc32.Append(0, file.AsSpan((int)chunk + 4, (int)length + 4));
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)(chunk + 8 + length)), sum);
            chunk += 12 + length;
        }

        return file;
    }
}
