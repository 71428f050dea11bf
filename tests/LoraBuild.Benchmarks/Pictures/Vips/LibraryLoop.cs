using LoraBuild.Imaging;
using NetVips;

namespace LoraBuild.Benchmarks.Pictures;

/// <summary>libvips used as its own documentation does, with nothing of ours around it.</summary>
/// <remarks>One thread a picture, as in Normalize: the loop around it takes all processors.</remarks>
internal static class LibraryLoop
{
    // Our engine starts it, with one thread a picture and without the cache of operations.
    static LibraryLoop() => _ = PictureDecoder.EngineVersion;

    /// <summary>A JPEG file to a PNG file of the same size.</summary>
    public static void DecodeResizeEncode(string source, string target)
    {
        using var image = Image.Jpegload(source);
        using var resized = image.Resize(1.0);
        resized.Pngsave(target);
    }
}
