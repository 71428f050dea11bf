using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Imaging.Edits;

/// <summary>Adds borders and takes them away.</summary>
internal static class Border
{
    // 100 megapixels, as for sources.
    private const long MaxPixels = Raster.MaxPixels;

    /// <summary>The picture with a border.</summary>
    /// <exception cref="LoraBuildException">LB2003: the result would be larger than any picture.</exception>
    public static Raster Pad(Raster picture, PadEdit edit)
    {
        var (left, top, right, bottom) = edit.Sides is { } sides ? InPixels(sides, picture) : ToSquare(picture);
        if ((picture.Width + (long)left + right) * (picture.Height + (long)top + bottom) > MaxPixels)
        {
            throw new LoraBuildException(
                DiagnosticCode.EditOutsidePicture,
                $"pad by {left}, {top}, {right}, {bottom} pixels makes more than {MaxPixels / 1_000_000} megapixels of a picture of "
                + $"{picture.Width} x {picture.Height} pixels.");
        }

        var padded = new Raster(picture.Width + left + right, picture.Height + top + bottom);
        var ink = ShapePainter.Ink(edit.To);
        for (var y = 0; y < padded.Height; y++)
        {
            var row = padded.Pixels(y);
            if (y < top || y >= top + picture.Height)
            {
                row.Fill(ink);
                continue;
            }

            row[..left].Fill(ink);
            picture.Pixels(y - top).CopyTo(row[left..]);
            row[(left + picture.Width)..].Fill(ink);
        }

        return padded;
    }

    /// <summary>The picture without its uniform border.</summary>
    /// <exception cref="LoraBuildException">LB2003: nothing would be left.</exception>
    public static Raster Trim(Raster picture, int tolerance)
    {
        var area = new PixelArea(0, 0, picture.Width, picture.Height);
        var colours = new double[4][];
        // A side may only show as uniform once another one's border is gone. Each keeps the colour that it began with, so that a gradient
        // is not eaten line by line.
        for (var changed = true; changed;)
        {
            changed = false;
            for (var side = 0; side < 4; side++)
            {
                while (area.Left < area.Right && area.Top < area.Bottom)
                {
                    var line = OutermostLine(area, side);
                    var colour = colours[side] ?? MeanColour(picture, line);
                    if (!IsUniform(picture, line, colour, tolerance))
                        break;
                    colours[side] = colour;
                    area = Without(area, side);
                    changed = true;
                }
            }
        }

        if (area.Left >= area.Right || area.Top >= area.Bottom)
        {
            throw new LoraBuildException(
                DiagnosticCode.EditOutsidePicture,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"trim leaves nothing of a picture of {picture.Width} x {picture.Height} pixels: it is all of one colour within a "
                    + $"tolerance of {tolerance}."));
        }

        return picture.Crop(area.Left, area.Top, area.Right - area.Left, area.Bottom - area.Top);
    }

    private static (int Left, int Top, int Right, int Bottom) InPixels(Margins sides, Raster picture)
    {
        var (across, down) = sides.IsFractional ? (picture.Width, picture.Height) : (1, 1);
        return (Round(sides.Left * across), Round(sides.Top * down), Round(sides.Right * across), Round(sides.Bottom * down));

        static int Round(double value) => (int)Math.Min(Math.Floor(value + 0.5), MaxPixels);
    }

    private static (int Left, int Top, int Right, int Bottom) ToSquare(Raster picture)
    {
        var side = Math.Max(picture.Width, picture.Height);
        int left = (side - picture.Width) / 2, top = (side - picture.Height) / 2;
        return (left, top, side - picture.Width - left, side - picture.Height - top);
    }

    private static PixelArea OutermostLine(PixelArea area, int side) => side switch
    {
        0 => area with { Bottom = area.Top + 1 },
        1 => area with { Top = area.Bottom - 1 },
        2 => area with { Right = area.Left + 1 },
        _ => area with { Left = area.Right - 1 },
    };

    private static PixelArea Without(PixelArea area, int side) => side switch
    {
        0 => area with { Top = area.Top + 1 },
        1 => area with { Bottom = area.Bottom - 1 },
        2 => area with { Left = area.Left + 1 },
        _ => area with { Right = area.Right - 1 },
    };

    private static double[] MeanColour(Raster picture, PixelArea line)
    {
        var sums = new double[3];
        for (var y = line.Top; y < line.Bottom; y++)
        {
            var row = picture.Row(y)[(line.Left * 4)..(line.Right * 4)];
            for (var i = 0; i < row.Length; i++)
            {
                if (i % 4 < 3)
                    sums[i % 4] += row[i];
            }
        }

        var count = (line.Right - line.Left) * (line.Bottom - line.Top);
        return Array.ConvertAll(sums, sum => sum / count);
    }

    private static bool IsUniform(Raster picture, PixelArea line, double[] colour, int tolerance)
    {
        for (var y = line.Top; y < line.Bottom; y++)
        {
            var row = picture.Row(y)[(line.Left * 4)..(line.Right * 4)];
            for (var i = 0; i < row.Length; i++)
            {
                if (i % 4 < 3 && Math.Abs(row[i] - colour[i % 4]) > tolerance)
                    return false;
            }
        }

        return true;
    }
}
