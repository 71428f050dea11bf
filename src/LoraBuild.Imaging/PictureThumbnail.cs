using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Imaging;

/// <summary>Small copies of pictures, to look at and not to compute with.</summary>
public static class PictureThumbnail
{
    private const int Quality = 80;

    /// <summary>Writes a JPEG of a normalized picture, whole or not at all; the same bytes for the same pixels.</summary>
    /// <param name="source">A PNG that <see cref="PictureNormalizer"/> wrote.</param>
    /// <param name="target">The JPEG to write.</param>
    /// <param name="side">Its longer side in pixels; smaller pictures keep their size.</param>
    /// <exception cref="LoraBuildException">LB2001, LB6001, LB6003, LB6004; the file is the source, for LB6001 the target.</exception>
    public static void Write(string source, string target, int side)
    {
        var picture = PictureDecoder.Decode(source).Raster.WithoutAlpha();
        var scale = Math.Min(1, (double)side / Math.Max(picture.Width, picture.Height));
        var small = PictureResampler.Resize(picture, Scaled(picture.Width, scale), Scaled(picture.Height, scale));
        var jpeg = PictureDecoder.Engine.Value.EncodeJpeg(small, Quality);
        AtomicFile.Write(target, stream => stream.Write(jpeg));
    }

    private static int Scaled(int length, double scale) => Math.Max(1, (int)Math.Round(length * scale));
}
