using System.Runtime.Intrinsics;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging.Formats;
using LoraBuild.Imaging.Rasters;
using NetVips;
using static NetVips.Enums;

namespace LoraBuild.Imaging.Vips;

/// <summary>Pictures by libvips, which applies colour profiles and reads AVIF.</summary>
/// <remarks>
/// Content is handed over as a buffer: in a file name libvips would take <c>[...]</c> for options. The loader is chosen by what LoraBuild
/// recognised, so that no other of libvips' loaders sees a stranger's file.
/// </remarks>
internal sealed unsafe class VipsEngine : IPictureEngine
{
    private const string ProfileField = "icc-profile-data";
    private const string OrientationField = "orientation";

    /// <summary>Starts libvips, quiet, with one thread a picture and without a cache.</summary>
    /// <remarks>
    /// The operation cache compares buffers by address and would give back an earlier picture. One thread a picture leaves the number of
    /// threads to the caller and the order of work defined.
    /// </remarks>
    /// <exception cref="LoraBuildException">LB6003: it does not start.</exception>
    public VipsEngine()
    {
        if (!ModuleInitializer.VipsInitialized)
        {
            throw new LoraBuildException(
                DiagnosticCode.EngineMissing,
                $"libvips, which reads the pictures, does not start on this machine: {ModuleInitializer.Exception?.Message.Split('\n')[0]} "
                + "Build with -p:LoraImageEngine=imagesharp, which needs no native library.",
                innerException: ModuleInitializer.Exception);
        }

        foreach (var domain in (string[])["VIPS", "GLib", "GLib-GObject"])
            Log.SetLogHandler(domain, LogLevelFlags.All, (_, _, _) => { });
        NetVips.NetVips.Concurrency = 1;
        NetVips.NetVips.BlockUntrusted = true;
        Cache.Max = 0;
    }

    /// <inheritdoc/>
    public string Version => $"libvips {NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}";

    /// <inheritdoc/>
    public (int Width, int Height)? Measure(byte[] content, PictureFormat format)
    {
        try
        {
            using var image = Load(content, format, FailOn.Error);
            return (image.Width, image.Height);
        }
        catch (VipsException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public EnginePicture? Decode(byte[] content, PictureFormat format)
    {
        if (Decode(content, format, FailOn.Warning) is { } sound)
            return sound;
        // Cameras write JPEG that the codec warns about and that every viewer shows; what fails again is damaged in earnest.
        return Decode(content, format, FailOn.Error) is { } flawed ? flawed with { HasFlaws = true } : null;
    }

    /// <inheritdoc/>
    public byte[] EncodeJpeg(Raster raster, int quality)
    {
        const int Bands = 3;
        var rgb = new byte[raster.Width * raster.Height * Bands];
        for (var (from, to) = (0, 0); to < rgb.Length; from += 4, to += Bands)
            raster.Pixels.AsSpan(from, Bands).CopyTo(rgb.AsSpan(to));
        using var image = Image.NewFromMemory(rgb, raster.Width, raster.Height, Bands, BandFormat.Uchar);
        return image.JpegsaveBuffer(q: quality);
    }

    private static EnginePicture? Decode(byte[] content, PictureFormat format, FailOn failOn)
    {
        try
        {
            using var loaded = Load(content, format, failOn);
            using var upright = Rotate(loaded);
            using var srgb = ToSrgb(upright, out var profileIgnored);
            return ToRaster(srgb) is { } raster ? new EnginePicture(raster, ProfileIgnored: profileIgnored) : null;
        }
        catch (VipsException)
        {
            return null;
        }
    }

    private static Image Load(byte[] content, PictureFormat format, FailOn failOn) => format switch
    {
        PictureFormat.Png => Image.PngloadBuffer(content, access: Access.Sequential, failOn: failOn),
        PictureFormat.Jpeg => Image.JpegloadBuffer(content, access: Access.Sequential, failOn: failOn),
        PictureFormat.WebP => Image.WebploadBuffer(content, access: Access.Sequential, failOn: failOn),
        PictureFormat.Gif => Image.GifloadBuffer(content, access: Access.Sequential, failOn: failOn),
        PictureFormat.Tiff => Image.TiffloadBuffer(content, access: Access.Sequential, failOn: failOn),
        PictureFormat.Avif => Image.HeifloadBuffer(content, access: Access.Sequential, failOn: failOn),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "libvips does not read it"),
    };

    private static Image Rotate(Image image)
    {
        if (!image.Contains(OrientationField) || image.Get(OrientationField) is 1)
            return image.Autorot();
        // Turning needs rows in another order than they are decoded in.
        using var whole = image.CopyMemory();
        return whole.Autorot();
    }

    private static Image ToSrgb(Image image, out bool profileIgnored)
    {
        profileIgnored = false;
        if (image.Contains(ProfileField) && image.Get(ProfileField) is byte[] profile && !ColourProfile.IsSrgb(profile))
        {
            try
            {
                return image.IccTransform("srgb", embedded: true);
            }
            catch (VipsException)
            {
                profileIgnored = true;
            }
        }

        using var coloured = image.Colourspace(Interpretation.Srgb);
        return coloured.Cast(BandFormat.Uchar);
    }

    private static Raster? ToRaster(Image image)
    {
        if (image.Bands < 3 || image.Format != BandFormat.Uchar)
            return null;
        var pixels = image.WriteToMemory(out var size);
        try
        {
            var raster =
                new Raster(image.Width, image.Height, GC.AllocateUninitializedArray<byte>(checked(image.Width * image.Height * 4)));
            if (image.Bands == 4)
                new ReadOnlySpan<byte>((void*)pixels, (int)size).CopyTo(raster.Pixels);
            else
                SpreadBands((byte*)pixels, image.Bands, raster.Pixels);
            return raster;
        }
        finally
        {
            NetVips.NetVips.Free(pixels);
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
