using LoraBuild.Base.Geometry;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Training.Data;

/// <summary>Reads the pixels of a view of a picture as the models take them.</summary>
/// <param name="pictures">The source of pictures.</param>
public sealed class ViewReader(PictureCache pictures)
{
    /// <summary>The view's colours: 3 x height x width, in -1..1.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB2xxx, LB6004: the picture cannot be decoded or read.</exception>
    public float[] Pixels(TrainingPicture picture, PictureView view)
    {
        var raster = pictures.Get(picture);
        var (width, height) = (picture.Placement.Bucket.Width, picture.Placement.Bucket.Height);
        var pixels = new float[3 * width * height];
        var changed = view.Colours == ColourChange.None ? null : new byte[4 * width];
        for (var y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = raster.Row(view.Top + y).Slice(4 * view.Left, 4 * width);
            if (changed is not null)
            {
                row.CopyTo(changed);
                view.Colours.Apply(changed);
                row = changed;
            }

            for (var x = 0; x < width; x++)
            {
                var target = (y * width) + (view.Mirrored ? width - 1 - x : x);
                for (var channel = 0; channel < 3; channel++)
                    pixels[(channel * width * height) + target] = (row[(4 * x) + channel] / 127.5f) - 1;
            }
        }

        return pixels;
    }

    /// <summary>The part of the view that the loss counts: see <see cref="LatentMask.Of"/>.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">As <see cref="Pixels"/>.</exception>
    public float[]? Mask(TrainingPicture picture, PictureView view, int reduction) =>
        LatentMask.Of(pictures.Get(picture), picture.Placement.Bucket, view, reduction);
}

/// <summary>The part of a view that the loss counts, at the size of its latents.</summary>
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
