using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Edits;

/// <summary>
/// Carries out <see cref="Edit"/>s. A fraction is multiplied by the side it is of; edges of rectangles are rounded to the nearest pixel
/// (halves up), so that the two halves of a split share their edge. A shape paints every pixel whose centre lies in it.
/// </summary>
public static class PictureEditor
{
    /// <summary>The picture after these edits, each of which sees what the one before it left. The source is not changed.</summary>
    /// <param name="source">An opaque picture.</param>
    /// <param name="edits">The edits, in order.</param>
    /// <param name="segmentation">Tells figure and background apart for <see cref="BackgroundEdit"/>; null where there is no such
    /// model.</param>
    /// <exception cref="LoraBuildException">LB2003: an edit is empty or reaches outside the picture, whose size the message
    /// names.</exception>
    public static Raster Apply(Raster source, IReadOnlyList<Edit> edits, ISegmentation? segmentation = null)
    {
        var picture = source;
        foreach (var edit in edits)
            picture = Apply(picture, edit, picture == source, segmentation);
        return picture;
    }

    private static Raster Apply(Raster picture, Edit edit, bool isShared, ISegmentation? segmentation)
    {
        switch (edit)
        {
            case CropEdit crop:
                var (left, top, right, bottom) = PixelArea.Of(crop.Area, picture);
                return picture.Crop(left, top, right - left, bottom - top);
            case EraseEdit erase:
                var erased = Own(picture, isShared);
                ShapePainter.Paint(erased, erase.Shape, erase.To);
                return erased;
            case PadEdit pad:
                return Border.Pad(picture, pad);
            case TrimEdit trim:
                return Border.Trim(picture, trim.Tolerance);
            case FlipEdit flip:
                return Turning.Flip(picture, flip.Direction);
            case RotateEdit rotate:
                return rotate.Degrees % 90 == 0 ? Turning.Rotate(picture, (int)rotate.Degrees) : Slanting.Rotate(picture, rotate);
            case BackgroundEdit background:
                var backed = Own(picture, isShared);
                if (segmentation is not null && !background.ByFlood)
                    BackgroundPainter.Paint(backed, segmentation.FigureOf(picture), background.To);
                else
                    BackgroundPainter.Flood(backed, background);
                return backed;
            default:
                throw new ArgumentException($"There is no edit {edit.GetType().Name}.", nameof(edit));
        }
    }

    /// <summary>A picture that may be painted on.</summary>
    private static Raster Own(Raster picture, bool isShared) =>
        isShared ? new Raster(picture.Width, picture.Height, (byte[])picture.Pixels.Clone()) : picture;
}
