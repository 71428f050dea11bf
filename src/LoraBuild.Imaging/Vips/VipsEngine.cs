using System.Runtime.Intrinsics;
using LoraBuild.Imaging.Formats;
using static LoraBuild.Imaging.Vips.NativeMethods;

namespace LoraBuild.Imaging.Vips;

/// <summary>Pictures by libvips 8.18, which applies colour profiles and reads AVIF.</summary>
/// <remarks>
/// Content is handed over as a buffer: in a file name libvips would take <c>[...]</c> for options. Its messages go unused, because the
/// buffer that it keeps them in is one for all threads.
/// </remarks>
internal sealed unsafe class VipsEngine : IPictureEngine
{
    // Values of libvips' enumerations, which are part of its ABI.
    private const int AccessSequential = 1;
    private const int FailOnError = 2;
    private const int FailOnWarning = 3;
    private const int FormatUChar = 0;
    private const int InterpretationSrgb = 22;
    private const string ProfileField = "icc-profile-data";

    /// <summary>Starts libvips.</summary>
    /// <exception cref="Core.Diagnostics.LoraBuildException">LB6003: it is missing.</exception>
    public VipsEngine() => Initialize();

    private delegate int Loader(void* data, nuint length, out nint image, string access, int sequential, string failOn, int level, nint end);

    /// <inheritdoc/>
    public string Version => $"libvips {vips_version(0)}.{vips_version(1)}.{vips_version(2)}";

    /// <inheritdoc/>
    public bool Reads(PictureFormat format) => format != PictureFormat.Bmp;

    /// <inheritdoc/>
    public (int Width, int Height)? Measure(byte[] content, PictureFormat format)
    {
        fixed (byte* data = content)
        {
            using var image = Load(data, content.Length, format, FailOnError);
            return image is null ? null : (vips_image_get_width(image), vips_image_get_height(image));
        }
    }

    /// <inheritdoc/>
    public EnginePicture? Decode(byte[] content, PictureFormat format)
    {
        fixed (byte* data = content)
        {
            if (Decode(data, content.Length, format, FailOnWarning) is { } sound)
                return sound;
            // Cameras write JPEG that the codec warns about and that every viewer shows; what fails again is damaged in earnest.
            return Decode(data, content.Length, format, FailOnError) is { } flawed ? flawed with { HasFlaws = true } : null;
        }
    }

    /// <inheritdoc/>
    public byte[] EncodeJpeg(Raster raster, int quality)
    {
        const int Bands = 3;
        var rgb = new byte[raster.Width * raster.Height * Bands];
        for (var (from, to) = (0, 0); to < rgb.Length; from += 4, to += Bands)
            raster.Pixels.AsSpan(from, Bands).CopyTo(rgb.AsSpan(to));
        fixed (byte* data = rgb)
        {
            // The image reads from this memory, so it ends before the memory may move.
            using var image = VipsImage.From(vips_image_new_from_memory(data, (nuint)rgb.Length, raster.Width, raster.Height, Bands, FormatUChar));
            if (image is null || vips_jpegsave_buffer(image, out var jpeg, out var length, "Q", quality, 0) != 0)
                throw new InvalidOperationException($"libvips does not encode a JPEG of {raster.Width} x {raster.Height} pixels.");
            try
            {
                return new ReadOnlySpan<byte>(jpeg, (int)length).ToArray();
            }
            finally
            {
                g_free(jpeg);
            }
        }
    }

    private static EnginePicture? Decode(byte* data, int length, PictureFormat format, int failOn)
    {
        using var loaded = Load(data, length, format, failOn);
        using var upright = Rotate(loaded);
        var profileIgnored = false;
        using var srgb = upright is null ? null : ToSrgb(upright, out profileIgnored);
        var raster = srgb is null ? null : ToRaster(srgb);
        return raster is null ? null : new EnginePicture(raster, ProfileIgnored: profileIgnored);
    }

    private static VipsImage? Load(byte* data, int length, PictureFormat format, int failOn)
    {
        Loader loader = format switch
        {
            PictureFormat.Png => vips_pngload_buffer,
            PictureFormat.Jpeg => vips_jpegload_buffer,
            PictureFormat.WebP => vips_webpload_buffer,
            PictureFormat.Gif => vips_gifload_buffer,
            PictureFormat.Tiff => vips_tiffload_buffer,
            PictureFormat.Avif => vips_heifload_buffer,
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "libvips does not read it"),
        };
        return VipsImage.From(loader(data, (nuint)length, out var image, "access", AccessSequential, "fail_on", failOn, 0), image);
    }

    private static VipsImage? Rotate(VipsImage? image)
    {
        if (image is null)
            return null;
        // Turning needs rows in another order than they are decoded in.
        using var whole = vips_image_get_orientation(image) == 1 ? null : VipsImage.From(vips_image_copy_memory(image));
        return VipsImage.From(vips_autorot(whole ?? image, out var upright, 0), upright);
    }

    private static VipsImage? ToSrgb(VipsImage image, out bool profileIgnored)
    {
        profileIgnored = false;
        if (vips_image_get_typeof(image, ProfileField) != 0
            && vips_image_get_blob(image, ProfileField, out var profile, out var length) == 0
            && !ColourProfile.IsSrgb(new ReadOnlySpan<byte>(profile, (int)length)))
        {
            if (VipsImage.From(vips_icc_transform(image, out var transformed, "srgb", "embedded", 1, 0), transformed) is { } applied)
                return applied;
            profileIgnored = true;
        }
        using var coloured = VipsImage.From(vips_colourspace(image, out var srgb, InterpretationSrgb, 0), srgb);
        return coloured is null ? null : VipsImage.From(vips_cast(coloured, out var bytes, FormatUChar, 0), bytes);
    }

    private static Raster? ToRaster(VipsImage image)
    {
        var bands = vips_image_get_bands(image);
        if (bands < 3 || vips_image_get_format(image) != FormatUChar)
            return null;
        var pixels = vips_image_write_to_memory(image, out var size);
        if (pixels == null)
        {
            vips_error_clear();
            return null;
        }
        try
        {
            int width = vips_image_get_width(image), height = vips_image_get_height(image);
            var raster = new Raster(width, height, GC.AllocateUninitializedArray<byte>(checked(width * height * 4)));
            if (bands == 4)
                new ReadOnlySpan<byte>(pixels, (int)size).CopyTo(raster.Pixels);
            else
                SpreadBands(pixels, bands, raster.Pixels);
            return raster;
        }
        finally
        {
            g_free(pixels);
        }
    }

    /// <summary>R, G, B and the alpha where there is one; bands beyond the fourth are dropped.</summary>
    private static void SpreadBands(byte* source, int bands, byte[] rgba)
    {
        fixed (byte* start = rgba)
        {
            var end = start + rgba.Length;
            var target = start;
            if (bands == 3)
            {
                // Four pixels at a time; the vector read ends four bytes beyond them, which must still be pixels.
                var spread = Vector128.Create((byte)0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8, 0, 9, 10, 11, 0);
                var opaque = Vector128.Create(0xFF000000u).AsByte();
                for (; target < end - 32; target += 16, source += 12)
                    (Vector128.Shuffle(Vector128.Load(source), spread) | opaque).Store(target);
            }
            for (; target < end; target += 4, source += bands)
            {
                target[0] = source[0];
                target[1] = source[1];
                target[2] = source[2];
                target[3] = bands > 3 ? source[3] : (byte)255;
            }
        }
    }
}
