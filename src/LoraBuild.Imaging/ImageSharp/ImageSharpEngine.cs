using System.Reflection;
using LoraBuild.Imaging.Formats;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace LoraBuild.Imaging.ImageSharp;

/// <summary>Pictures by ImageSharp 3.1, which cannot apply colour profiles and does not read AVIF.</summary>
internal sealed class ImageSharpEngine : IPictureEngine
{
    private readonly DecoderOptions options;

    /// <summary>One thread a picture: how many are read at once is the caller's choice.</summary>
    public ImageSharpEngine()
    {
        var configuration = Configuration.Default.Clone();
        configuration.MaxDegreeOfParallelism = 1;
        options = new DecoderOptions { Configuration = configuration, MaxFrames = 1 };
    }

    /// <inheritdoc/>
    public string Version { get; } =
        $"ImageSharp {typeof(Image).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    /// <inheritdoc/>
    public bool Reads(PictureFormat format) => format != PictureFormat.Avif;

    /// <inheritdoc/>
    public (int Width, int Height)? Measure(byte[] content, PictureFormat format) =>
        Attempt(() => Image.Identify(options, content)) is { } info ? (info.Width, info.Height) : null;

    /// <inheritdoc/>
    public EnginePicture? Decode(byte[] content, PictureFormat format)
    {
        if (!ContentEnd.IsPresent(content, format))
            return null;
        using var image = Attempt(() => Image.Load<Rgba32>(options, content));
        if (image is null || !HasAllStrips(image, content.Length))
            return null;
        // TIFF keeps its orientation with the page, where AutoOrient does not look.
        image.Metadata.ExifProfile ??= image.Frames.RootFrame.Metadata.ExifProfile;
        var profile = image.Metadata.IccProfile?.ToByteArray();
        image.Mutate(processing => processing.AutoOrient());
        var raster = new Raster(image.Width, image.Height);
        image.CopyPixelDataTo(raster.Pixels);
        return new EnginePicture(raster, ProfileIgnored: profile is not null && !ColourProfile.IsSrgb(profile));
    }

    /// <inheritdoc/>
    public byte[] EncodeJpeg(Raster raster, int quality)
    {
        using var image = Image.LoadPixelData<Rgba32>(options.Configuration, raster.Pixels, raster.Width, raster.Height);
        using var jpeg = new MemoryStream();
        image.SaveAsJpeg(jpeg, new JpegEncoder { Quality = quality });
        return jpeg.ToArray();
    }

    /// <summary>Whether a TIFF page's data lies within the file, which ImageSharp does not check. True for other formats.</summary>
    private static bool HasAllStrips(Image image, int length)
    {
        if (image.Frames.RootFrame.Metadata.ExifProfile is not { } page
            || !page.TryGetValue(ExifTag.StripOffsets, out var offsets) || offsets.Value is not { } starts
            || !page.TryGetValue(ExifTag.StripByteCounts, out var counts) || counts.Value is not { } sizes)
            return true;
        return starts.Zip(sizes).All(strip => (long)(uint)strip.First + (uint)strip.Second <= length);
    }

    /// <summary>Null where the content is damaged, which ImageSharp tells by exceptions of many types.</summary>
    private static T? Attempt<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }
}
