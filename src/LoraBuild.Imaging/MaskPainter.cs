using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging;

/// <summary>Writes a mask into the alpha of a picture.</summary>
internal static class MaskPainter
{
    /// <summary>The picture's colours with the mask as alpha.</summary>
    /// <param name="flat">The picture on its background; opaque.</param>
    /// <param name="source">The picture as it was decoded.</param>
    /// <param name="mask">The source of the mask.</param>
    /// <param name="maxPixels">Mask files with more pixels are refused.</param>
    /// <exception cref="LoraBuildException">LB2001, LB2002, LB6003, LB6004, LB6009: the mask file. LB2009: it is not of the picture's
    /// size.</exception>
    public static Raster Paint(Raster flat, Raster source, PictureMask mask, long maxPixels)
    {
        var file = mask.File is null ? null : PictureDecoder.Decode(mask.File, maxPixels, mask.Sha256).Raster.Flatten(0x000000);
        if (file is not null && (file.Width, file.Height) != (flat.Width, flat.Height))
        {
            throw new LoraBuildException(
                DiagnosticCode.MaskMismatch,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The mask has {file.Width} x {file.Height} pixels, its picture {flat.Width} x {flat.Height}. Make them the same "
                    + $"size."),
                mask.File);
        }

        var masked = new Raster(flat.Width, flat.Height, [.. flat.Pixels]);
        for (var i = 0; i < masked.Pixels.Length; i += 4)
        {
            var opacity = mask.FromAlpha ? source.Pixels[i + 3] : 255;
            // sd-scripts takes the red channel of a mask picture.
            masked.Pixels[i + 3] = (byte)(file is null ? opacity : ((opacity * file.Pixels[i]) + 127) / 255);
        }

        return masked;
    }
}
