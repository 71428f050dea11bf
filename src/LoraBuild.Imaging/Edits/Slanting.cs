using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Imaging.Edits;

/// <summary>
/// Turns by any angle. A pixel is the cubic convolution of the 4 x 4 around where it comes from (Keys, "Cubic convolution interpolation for
/// digital image processing", 1981, a = -0.5, which image editors call bicubic); outside of the picture there is the colour of the corners.
/// </summary>
internal static class Slanting
{
    private const int Taps = 4;
    private const double Sharpness = -0.5;
    private const int Opaque = 255;

    // What rounding leaves of a side that is whole does not make it a pixel longer.
    private const double Slack = 1e-6;

    /// <summary>The picture turned clockwise, as large as it must be.</summary>
    /// <exception cref="LoraBuildException">LB2003: the result would be larger than any picture.</exception>
    public static Raster Rotate(Raster picture, RotateEdit edit)
    {
        var (sin, cos) = Math.SinCos(double.DegreesToRadians(edit.Degrees));
        var (width, height) = Bounds(picture, Math.Abs(sin), Math.Abs(cos));
        if ((long)width * height > Raster.MaxPixels)
        {
            throw new LoraBuildException(
                DiagnosticCode.EditOutsidePicture,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"rotate by {edit.Degrees} degrees makes {width} x {height} pixels of a picture of {picture.Width} x {picture.Height} "
                    + $"pixels, more than {Raster.MaxPixels / 1_000_000} megapixels."));
        }

        var turned = new Raster(width, height);
        var ink = ShapePainter.Ink(edit.To);
        for (var y = 0; y < height; y++)
        {
            var row = turned.Pixels(y);
            for (var x = 0; x < width; x++)
            {
                // From the centre of a pixel of the result back to a place in the source.
                double across = x + 0.5 - (width / 2.0), down = y + 0.5 - (height / 2.0);
                var fromX = (cos * across) + (sin * down) + (picture.Width / 2.0) - 0.5;
                var fromY = (cos * down) - (sin * across) + (picture.Height / 2.0) - 0.5;
                row[x] = Sample(picture, fromX, fromY, ink);
            }
        }

        return turned;
    }

    private static (int Width, int Height) Bounds(Raster picture, double sin, double cos) => (
        (int)Math.Ceiling((picture.Width * cos) + (picture.Height * sin) - Slack),
        (int)Math.Ceiling((picture.Width * sin) + (picture.Height * cos) - Slack));

    private static uint Sample(Raster picture, double x, double y, uint ink)
    {
        int left = (int)Math.Floor(x) - 1, top = (int)Math.Floor(y) - 1;
        if (left + Taps <= 0 || top + Taps <= 0 || left >= picture.Width || top >= picture.Height) return ink;
        Span<double> across = stackalloc double[Taps], down = stackalloc double[Taps], sums = stackalloc double[Taps];
        Weigh(across, x - (left + 1));
        Weigh(down, y - (top + 1));
        sums.Clear();
        for (var j = 0; j < Taps; j++)
        {
            for (var i = 0; i < Taps; i++)
            {
                int column = left + i, line = top + j;
                var isInside = column >= 0 && line >= 0 && column < picture.Width && line < picture.Height;
                var pixel = isInside ? picture.Pixels(line)[column] : ink;
                var weight = across[i] * down[j];
                for (var channel = 0; channel < Taps; channel++)
                    sums[channel] += weight * ((pixel >> (8 * channel)) & Opaque);
            }
        }

        var result = 0u;
        for (var channel = 0; channel < Taps; channel++)
            result |= (uint)Math.Clamp(Math.Floor(sums[channel] + 0.5), 0, Opaque) << (8 * channel);
        return result;
    }

    // Keys' kernel at the distances 1 + t, t, 1 - t and 2 - t.
    private static void Weigh(Span<double> weights, double t)
    {
        weights[0] = Far(1 + t);
        weights[1] = Near(t);
        weights[2] = Near(1 - t);
        weights[3] = Far(2 - t);

        static double Near(double d) => (((Sharpness + 2) * d) - (Sharpness + 3)) * d * d + 1;

        static double Far(double d) => ((((d - 5) * d) + 8) * d - 4) * Sharpness;
    }
}
