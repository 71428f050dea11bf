using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LoraBuild.Core.Diagnostics;

namespace LoraBuild.Imaging.Vips;

/// <summary>
/// The part of libvips' C API in use. Its operations take their options as a variadic list that ends with a null pointer; every such call
/// here passes integers and pointers only, for which the calling conventions of Linux make no difference between fixed and variadic.
/// </summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = "vips";

    /// <summary>Loads the libvips that lies beside LoraBuild and makes it quiet, single-threaded and without a cache.</summary>
    /// <remarks>
    /// The operation cache compares buffers by address and would give back an earlier picture. One thread a picture leaves the number of
    /// threads to the caller and the order of work defined.
    /// </remarks>
    /// <exception cref="LoraBuildException">LB6003: it is not there or does not start.</exception>
    public static void Initialize()
    {
        // The file's name carries its version.
        var file = Directory.EnumerateFiles(AppContext.BaseDirectory, "libvips-cpp.so*").Order(StringComparer.Ordinal).LastOrDefault();
        if (file is null || !NativeLibrary.TryLoad(file, out var handle))
            throw new LoraBuildException(DiagnosticCode.EngineMissing, "libvips, which reads the pictures, is not beside LoraBuild. Run dotnet build -t:InstallEngines and build again.");
        NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, (name, _, _) => name == Library ? handle : 0);
        if (vips_init("LoraBuild") != 0)
            throw new LoraBuildException(DiagnosticCode.EngineMissing, "libvips, which reads the pictures, does not start on this machine.");
        g_log_set_default_handler(&Ignore, null);
        vips_concurrency_set(1);
        vips_cache_set_max(0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(byte* domain, int level, byte* message, void* data)
    {
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int vips_init(string program);

    [LibraryImport(Library)]
    private static partial void* g_log_set_default_handler(delegate* unmanaged[Cdecl]<byte*, int, byte*, void*, void> handler, void* data);

    [LibraryImport(Library)]
    private static partial void vips_concurrency_set(int threads);

    [LibraryImport(Library)]
    private static partial void vips_cache_set_max(int operations);

    [LibraryImport(Library)]
    public static partial void vips_error_clear();

    [LibraryImport(Library)]
    public static partial void g_object_unref(nint image);

    [LibraryImport(Library)]
    public static partial void g_free(void* memory);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_pngload_buffer(void* data, nuint length, out nint image, string access, int sequential, string failOn, int level, nint end);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_jpegload_buffer(void* data, nuint length, out nint image, string access, int sequential, string failOn, int level, nint end);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_webpload_buffer(void* data, nuint length, out nint image, string access, int sequential, string failOn, int level, nint end);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_gifload_buffer(void* data, nuint length, out nint image, string access, int sequential, string failOn, int level, nint end);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_tiffload_buffer(void* data, nuint length, out nint image, string access, int sequential, string failOn, int level, nint end);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_heifload_buffer(void* data, nuint length, out nint image, string access, int sequential, string failOn, int level, nint end);

    [LibraryImport(Library)]
    public static partial int vips_image_get_width(nint image);

    [LibraryImport(Library)]
    public static partial int vips_version(int part);

    [LibraryImport(Library)]
    public static partial int vips_image_get_height(nint image);

    [LibraryImport(Library)]
    public static partial int vips_image_get_bands(nint image);

    [LibraryImport(Library)]
    public static partial int vips_image_get_format(nint image);

    [LibraryImport(Library)]
    public static partial int vips_image_get_interpretation(nint image);

    [LibraryImport(Library)]
    public static partial int vips_image_get_orientation(nint image);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nuint vips_image_get_typeof(nint image, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_image_get_blob(nint image, string name, out void* data, out nuint length);

    [LibraryImport(Library)]
    public static partial nint vips_image_copy_memory(nint image);

    [LibraryImport(Library)]
    public static partial byte* vips_image_write_to_memory(nint image, out nuint size);

    [LibraryImport(Library)]
    public static partial nint vips_image_new_from_memory(void* data, nuint size, int width, int height, int bands, int format);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_jpegsave_buffer(nint image, out void* data, out nuint length, string q, int quality, nint end);

    [LibraryImport(Library)]
    public static partial int vips_autorot(nint image, out nint result, nint end);

    [LibraryImport(Library)]
    public static partial int vips_colourspace(nint image, out nint result, int space, nint end);

    [LibraryImport(Library)]
    public static partial int vips_cast(nint image, out nint result, int format, nint end);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int vips_icc_transform(nint image, out nint result, string profile, string embedded, int useEmbedded, nint end);
}
