using LoraBuild.Core.Diagnostics;
using LoraBuild.Core.Edits;

namespace LoraBuild.Imaging.Edits;

/// <summary>
/// Carries out <see cref="Edit"/>s. A fraction is multiplied by the side it is of; edges of rectangles are rounded to the nearest pixel
/// (halves up), so that the two halves of a split share their edge. A shape paints every pixel whose centre lies in it.
/// </summary>
public static class PictureEditor
{
    /// <summary>The picture after these edits, each of which sees what the one before it left. The source is not changed.</summary>
    /// <exception cref="LoraBuildException">LB2003: an edit is empty or reaches outside the picture, whose size the message names.</exception>
    public static Raster Apply(Raster source, IReadOnlyList<Edit> edits)
    {
        var picture = source;
        foreach (var edit in edits)
        {
            switch (edit)
            {
                case CropEdit crop:
                    var (left, top, right, bottom) = PixelArea.Of(crop.Area, picture);
                    picture = picture.Crop(left, top, right - left, bottom - top);
                    break;
                case EraseEdit erase:
                    if (picture == source)
                        picture = new Raster(source.Width, source.Height, (byte[])source.Pixels.Clone());
                    ShapePainter.Paint(picture, erase.Shape, erase.To);
                    break;
                default:
                    throw new ArgumentException($"There is no edit {edit.GetType().Name}.", nameof(edits));
            }
        }
        return picture;
    }
}
