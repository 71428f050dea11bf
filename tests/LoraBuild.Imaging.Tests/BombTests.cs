using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Png;

namespace LoraBuild.Imaging.Tests;

/// <summary>Pictures that claim or unpack to far more than they are: read or refused, soon and within memory.</summary>
[Collection(nameof(Alone))]
public sealed class BombTests : IDisposable
{
    private const int Megabyte = 1 << 20;
    private const int Unpacked = 300 * Megabyte;

    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;

    public static TheoryData<string> Bombs() =>
    [
        "png profile", "png text", "png international text", "png pixels", "png size", "gif frames", "gif screen",
        "gif frame beyond its screen", "webp frames",
        "avif size", "tiff size", "bmp size",
    ];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_picture_that_claims_or_unpacks_to_far_more_than_it_is_costs_little(string kind)
    {
        var path = Path.Combine(folder, $"bomb.{kind.Split(' ')[0]}");
        File.WriteAllBytes(path, Make(kind));
        var (memory, time) = (MostResident(), Environment.CpuUsage.TotalTime);
        try
        {
            _ = PictureDecoder.Decode(path, maxPixels: 4_000_000);
        }
        catch (LoraBuildException e)
        {
            Assert.Contains(e.Diagnostic.Code, new[] { DiagnosticCode.UndecodablePicture, DiagnosticCode.PictureTooLarge });
        }

        Assert.InRange((MostResident() - memory) / Megabyte, 0, 200);
        Assert.InRange((Environment.CpuUsage.TotalTime - time).TotalSeconds, 0, 20);
    }

    private static byte[] Make(string kind) => kind switch
    {
        "png profile" => Png(16, 16, Chunk("iCCP", [.. "a\0\0"u8, .. Zeros()])),
        "png text" => Png(16, 16, Chunk("zTXt", [.. "a\0\0"u8, .. Zeros()])),
        "png international text" => Png(16, 16, Chunk("iTXt", [.. "a\0\u0001\0\0\0"u8, .. Zeros()])),
        "png pixels" => Png(16, 16, [], Zeros()),
        "png size" => Png(100_000, 100_000, []),
        "gif frames" => [.. Gif(16, 16), .. Enumerable.Repeat(GifFrame(1, 1), 100_000).SelectMany(frame => frame), 0x3B],
        "gif screen" => [.. Gif(65535, 65535), .. GifFrame(1, 1), 0x3B],
        "gif frame beyond its screen" => [.. Gif(16, 16), .. GifFrame(65535, 65535), 0x3B],
        "webp frames" => WebP(20_000),
        "avif size" => Sized("rgb.avif", "ispe"u8, 8, bigEndian: true),
        "tiff size" => TiffSized(),
        "bmp size" => Bmp(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no bomb"),
    };

    private static byte[] Png(int width, int height, byte[] further, byte[]? pixels = null)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 6);
        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. further,
            .. Chunk("IDAT", pixels ?? Zlib(new byte[16 * ((16 * 4) + 1)])), .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string name, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        var (length, sum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32.Append(0, body));
        return [.. length, .. body, .. sum];
    }

    private static byte[] Zeros()
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var part = 0; part < Unpacked / Megabyte; part++)
                zlib.Write(new byte[Megabyte]);
        }

        return packed.ToArray();
    }

    private static byte[] Zlib(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Gif(int width, int height) =>
        [.. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0x80, 0, 0, 0, 0, 0, 255, 255, 255];

    private static byte[] GifFrame(int width, int height) =>
        [0x2C, 0, 0, 0, 0, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0, 2, 2, 0x44, 0x01, 0];

    // The one frame of a sound file, many times.
    private static byte[] WebP(int frames)
    {
        var still = Data("lossless.webp");
        var size = still.Length - 12;
        byte[] frame = [.. "ANMF"u8, .. Little(16 + size), 0, 0, 0, 0, 0, 0, 23, 0, 0, 31, 0, 0, 1, 0, 0, 0, .. still.AsSpan(12)];
        byte[] body =
        [
            .. "WEBPVP8X"u8, .. Little(10), 2, 0, 0, 0, 23, 0, 0, 31, 0, 0, .. "ANIM"u8, .. Little(6), 0, 0, 0, 0, 0, 0,
            .. Enumerable.Repeat(frame, frames).SelectMany(one => one),
        ];
        return [.. "RIFF"u8, .. Little(body.Length), .. body];
    }

    private static byte[] Sized(string name, ReadOnlySpan<byte> mark, int distance, bool bigEndian)
    {
        var file = Data(name);
        var place = file.AsSpan().IndexOf(mark) + distance;
        foreach (var at in new[] { place, place + 4 })
        {
            if (bigEndian)
                BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(at), 60_000);
            else
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), 60_000);
        }

        return file;
    }

    // Entries 0x100 and 0x101 of the first directory, width and height.
    private static byte[] TiffSized()
    {
        var file = Data("lzw.tiff");
        var directory = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4));
        for (var entry = 0; entry < BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(directory)); entry++)
        {
            var at = directory + 2 + (12 * entry);
            if (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)) is 0x100 or 0x101)
                BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at + 8), 60_000);
        }

        return file;
    }

    private static byte[] Bmp()
    {
        var file = Data("rgb.bmp");
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), 60_000);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), 60_000);
        return file;
    }

    private static byte[] Little(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    private static byte[] Data(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "quadrants", name));

    private static long MostResident() => long.Parse(
        File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).AsSpan(6).Trim()[..^3],
        NumberStyles.None, CultureInfo.InvariantCulture) << 10;
}

/// <summary>Tests that measure the process: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
