using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Imaging.Edits;

/// <summary>Edits that move whole pixels.</summary>
internal static class Turning
{
    /// <summary>The mirrored picture.</summary>
    public static Raster Flip(Raster picture, FlipDirection direction)
    {
        var flipped = new Raster(picture.Width, picture.Height);
        for (var y = 0; y < picture.Height; y++)
        {
            var row = flipped.Pixels(y);
            if (direction == FlipDirection.Vertical)
            {
                picture.Pixels(picture.Height - 1 - y).CopyTo(row);
                continue;
            }

            picture.Pixels(y).CopyTo(row);
            row.Reverse();
        }

        return flipped;
    }

    /// <summary>The picture turned clockwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not by 0, 90, 180 or 270 degrees.</exception>
    public static Raster Rotate(Raster picture, int degrees)
    {
        switch (degrees)
        {
            case 0:
                return picture;
            case 90:
                return Transpose(picture, clockwise: true);
            case 180:
                return Flip(Flip(picture, FlipDirection.Horizontal), FlipDirection.Vertical);
            case 270:
                return Transpose(picture, clockwise: false);
            default:
                throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "must be 0, 90, 180 or 270");
        }
    }

    private static Raster Transpose(Raster picture, bool clockwise)
    {
        var turned = new Raster(picture.Height, picture.Width);
        for (var y = 0; y < picture.Height; y++)
        {
            var row = picture.Pixels(y);
            var column = clockwise ? picture.Height - 1 - y : y;
            for (var x = 0; x < row.Length; x++)
                turned.Pixels(clockwise ? x : picture.Width - 1 - x)[column] = row[x];
        }

        return turned;
    }
}
