using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Processing;

namespace LoraBuild.Benchmarks.Pictures;

/// <summary>ImageSharp used as its own documentation does, with nothing of ours around it.</summary>
internal static class LibraryLoop
{
    /// <summary>A JPEG file to a PNG file of the same size.</summary>
    public static void DecodeResizeEncode(string source, string target)
    {
        using var image = Image.Load(source);
        image.Mutate(processing => processing.Resize(image.Width, image.Height));
        image.SaveAsPng(target);
    }
}
