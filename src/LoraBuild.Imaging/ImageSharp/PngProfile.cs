using System.IO.Compression;

namespace LoraBuild.Imaging.ImageSharp;

/// <summary>The colour profile of a PNG file, which ImageSharp 2.1 passes over.</summary>
internal static class PngProfile
{
    // Far above any display's or camera's.
    private const int MostBytes = 1 << 22;

    /// <summary>Reads the iCCP chunk (PNG 3rd edition, section 11.3.2.3); null where there is none, empty where it is damaged.</summary>
    public static byte[]? Read(byte[] content)
    {
        // A profile stands before the pixels.
        foreach (var (type, start, length) in PngChunks.Of(content).TakeWhile(chunk => chunk.Type != "IDAT"))
        {
            if (type == "iCCP")
                return Inflate(content, start, length);
        }

        return null;
    }

    /// <summary>The profile after its name, a zero and the method of compression.</summary>
    private static byte[] Inflate(byte[] content, int start, int length)
    {
        var name = content.AsSpan(start, length).IndexOf((byte)0);
        if (name < 0 || name + 2 > length)
            return [];
        try
        {
            using var stream = new ZLibStream(new MemoryStream(content, start + name + 2, length - name - 2), CompressionMode.Decompress);
            var profile = new byte[MostBytes];
            return profile[..stream.ReadAtLeast(profile, MostBytes, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }
}
