namespace LoraBuild.Training.Data;

/// <summary>Reads the pixels of a view of a picture as the models take them.</summary>
/// <param name="pictures">Where pictures come from.</param>
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

    /// <summary>What of the view the loss counts: see <see cref="LatentMask.Of"/>.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">As <see cref="Pixels"/>.</exception>
    public float[]? Mask(TrainingPicture picture, PictureView view, int reduction) =>
        LatentMask.Of(pictures.Get(picture), picture.Placement.Bucket, view, reduction);
}
