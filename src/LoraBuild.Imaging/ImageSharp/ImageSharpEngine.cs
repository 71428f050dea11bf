using System.Reflection;
using LoraBuild.Imaging.Formats;
using LoraBuild.Imaging.Rasters;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace LoraBuild.Imaging.ImageSharp;

/// <summary>
/// Pictures by ImageSharp 2.1, which cannot apply colour profiles and reads no AVIF, no animated WebP and no CMYK in TIFF.
/// </summary>
internal sealed class ImageSharpEngine : IPictureEngine
{
    private readonly Configuration configuration = Configuration.Default.Clone();

    /// <summary>Sets it to one thread a picture, as how many are read at once is the caller's choice, and to first frames.</summary>
    public ImageSharpEngine()
    {
        configuration.MaxDegreeOfParallelism = 1;
        var formats = configuration.ImageFormatsManager;
        formats.SetDecoder(GifFormat.Instance, new GifDecoder { DecodingMode = FrameDecodingMode.First });
        formats.SetDecoder(TiffFormat.Instance, new TiffDecoder { DecodingMode = FrameDecodingMode.First });
    }

    /// <inheritdoc/>
    public string Version { get; } =
        "ImageSharp "
        + typeof(Image).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    /// <inheritdoc/>
    public (int Width, int Height)? Measure(byte[] content, PictureFormat format) =>
        format == PictureFormat.Avif
            ? throw new NotSupportedException()
            : Attempt(() => Image.Identify(configuration, Safe(content, format), out _)) is { } info ? (info.Width, info.Height) : null;

    /// <inheritdoc/>
    public EnginePicture? Decode(byte[] content, PictureFormat format)
    {
        if (!ContentEnd.IsPresent(content, format))
            return null;
        using var image = Attempt(() => Image.Load<Rgba32>(configuration, Safe(content, format)));
        if (image is null || !HasAllStrips(image, content.Length))
            return null;
        // TIFF keeps its orientation with the page, where AutoOrient does not look.
        image.Metadata.ExifProfile ??= image.Frames.RootFrame.Metadata.ExifProfile;
        var profile = format == PictureFormat.Png ? PngProfile.Read(content) : image.Metadata.IccProfile?.ToByteArray();
        image.Mutate(processing => processing.AutoOrient());
        var raster = new Raster(image.Width, image.Height);
        image.CopyPixelDataTo(raster.Pixels);
        return new EnginePicture(raster, ProfileIgnored: profile is not null && !ColourProfile.IsSrgb(profile));
    }

    /// <inheritdoc/>
    public byte[] EncodeJpeg(Raster raster, int quality)
    {
        using var image = Image.LoadPixelData<Rgba32>(configuration, raster.Pixels, raster.Width, raster.Height);
        using var jpeg = new MemoryStream();
        image.SaveAsJpeg(jpeg, new JpegEncoder { Quality = quality });
        return jpeg.ToArray();
    }

    private static byte[] Safe(byte[] content, PictureFormat format) =>
        format == PictureFormat.Png ? PngChunks.WithoutCompressedTexts(content) : content;

    /// <summary>True if a TIFF page's data lies within the file, which ImageSharp does not check; true for other formats.</summary>
    private static bool HasAllStrips(Image image, int length)
    {
        if (image.Frames.RootFrame.Metadata.ExifProfile is not { } page
            || page.GetValue(ExifTag.StripOffsets)?.Value is not { } starts
            || page.GetValue(ExifTag.StripByteCounts)?.Value is not { } sizes)
            return true;
        return starts.Zip(sizes).All(strip => (long)(uint)strip.First + (uint)strip.Second <= length);
    }

    /// <summary>Null where the content is damaged, which ImageSharp tells by exceptions of many types but this one.</summary>
    /// <exception cref="NotSupportedException">ImageSharp does not read this kind of picture.</exception>
    private static T? Attempt<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (OutOfMemoryException or NotSupportedException))
        {
            return null;
        }
    }
}
