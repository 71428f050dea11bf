using System.Runtime.InteropServices;
using LoraBuild.Imaging;

namespace LoraBuild.Benchmarks.Pictures;

/// <summary>libvips used as its own documentation does, with nothing of ours around it.</summary>
/// <remarks>One thread a picture, as in Normalize: the loop around it takes all processors.</remarks>
internal static unsafe class LibraryLoop
{
    private static readonly nint Library = Load();

    private static readonly delegate* unmanaged[Cdecl]<byte*, out nint, nint, int> JpegLoad =
        (delegate* unmanaged[Cdecl]<byte*, out nint, nint, int>)NativeLibrary.GetExport(Library, "vips_jpegload");

    private static readonly delegate* unmanaged[Cdecl]<nint, out nint, double, nint, int> Resize =
        (delegate* unmanaged[Cdecl]<nint, out nint, double, nint, int>)NativeLibrary.GetExport(Library, "vips_resize");

    private static readonly delegate* unmanaged[Cdecl]<nint, byte*, nint, int> PngSave =
        (delegate* unmanaged[Cdecl]<nint, byte*, nint, int>)NativeLibrary.GetExport(Library, "vips_pngsave");

    private static readonly delegate* unmanaged[Cdecl]<nint, void> Unref =
        (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(Library, "g_object_unref");

    /// <summary>A JPEG file to a PNG file of the same size.</summary>
    public static void DecodeResizeEncode(string source, string target)
    {
        nint image, resized;
        fixed (byte* path = Terminated(source))
            Check(JpegLoad(path, out image, 0));
        Check(Resize(image, out resized, 1.0, 0));
        fixed (byte* path = Terminated(target))
            Check(PngSave(resized, path, 0));
        Unref(resized);
        Unref(image);
    }

    private static nint Load()
    {
        // Our engine has started it, with one thread a picture and without the cache of operations.
        _ = PictureDecoder.EngineVersion;
        return NativeLibrary.Load(Directory.EnumerateFiles(AppContext.BaseDirectory, "libvips-cpp.so*").Order(StringComparer.Ordinal).Last());
    }

    private static byte[] Terminated(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text), 0];

    private static void Check(int status)
    {
        if (status != 0)
            throw new InvalidOperationException("libvips failed.");
    }
}
