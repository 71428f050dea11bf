using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Formats;

/// <summary>A library of image codecs, for every format but BMP. Called from several threads at once.</summary>
internal interface IPictureEngine
{
    /// <summary>The library's name and version.</summary>
    string Version { get; }

    /// <summary>Width and height as stored (before EXIF rotation), from the header alone; null where the header is damaged.</summary>
    /// <exception cref="NotSupportedException">The library has no codec for this kind of picture.</exception>
    (int Width, int Height)? Measure(byte[] content, PictureFormat format);

    /// <summary>The first frame, upright and in sRGB; null where the content is truncated or damaged.</summary>
    /// <exception cref="NotSupportedException">The library has no codec for this kind of picture.</exception>
    EnginePicture? Decode(byte[] content, PictureFormat format);

    /// <summary>An opaque picture as a JPEG, the same bytes for the same pixels; its alpha is not looked at.</summary>
    /// <param name="raster">The picture.</param>
    /// <param name="quality">1 to 100.</param>
    byte[] EncodeJpeg(Raster raster, int quality);
}

/// <summary>A picture as the engine read it.</summary>
/// <param name="Raster">The pixels.</param>
/// <param name="HasFlaws">The codec passed over errors in the data.</param>
/// <param name="ProfileIgnored">The picture carries a colour profile other than sRGB that was not applied.</param>
internal sealed record EnginePicture(Raster Raster, bool HasFlaws = false, bool ProfileIgnored = false);
