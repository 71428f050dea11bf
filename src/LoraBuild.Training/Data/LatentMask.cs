using LoraBuild.Base.Geometry;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Training.Data;

/// <summary>What of a view the loss counts, at the size of its latents.</summary>
public static class LatentMask
{
    /// <summary>
    /// The view's opacity, averaged over the pixels of each position of the latents: height / reduction x width / reduction, in 0..1. Null
    /// where the picture is opaque throughout.
    /// </summary>
    /// <param name="picture">The resized picture.</param>
    /// <param name="bucket">The view's size.</param>
    /// <param name="view">The view.</param>
    /// <param name="reduction">Pixels along each axis for one position.</param>
    public static float[]? Of(Raster picture, PixelSize bucket, PictureView view, int reduction)
    {
        if (picture.IsOpaque)
            return null;
        var size = new PixelSize(bucket.Width / reduction, bucket.Height / reduction);
        var sums = new int[size.Area];
        for (var y = 0; y < size.Height * reduction; y++)
        {
            var row = picture.Row(view.Top + y).Slice(4 * view.Left, 4 * size.Width * reduction);
            for (var x = 0; x < size.Width * reduction; x++)
            {
                var column = (view.Mirrored ? (size.Width * reduction) - 1 - x : x) / reduction;
                sums[(y / reduction * size.Width) + column] += row[(4 * x) + 3];
            }
        }

        return Array.ConvertAll(sums, sum => sum / (255f * reduction * reduction));
    }
}
