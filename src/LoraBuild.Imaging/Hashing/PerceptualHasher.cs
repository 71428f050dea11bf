using LoraBuild.Dataset.Pictures;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Imaging.Hashing;

/// <summary>
/// The DCT hash of a picture, after C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010): brightness at
/// 32 x 32 pixels, its discrete cosine transform, of which the 8 x 8 lowest frequencies without the constant row and column are
/// compared with their median.
/// </summary>
public static class PerceptualHasher
{
    private const int Side = 32;
    private const int Frequencies = 8;

    private static readonly double[,] Cosines = MakeCosines();

    /// <summary>The hash of an opaque picture.</summary>
    public static PerceptualHash Of(Raster picture)
    {
        var brightness = Brightness(picture);
        var coefficients = Transform(brightness);
        var sorted = coefficients.Order().ToArray();
        var median = (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
        var bits = 0UL;
        for (var i = 0; i < coefficients.Length; i++)
        {
            if (coefficients[i] > median)
                bits |= 1UL << i;
        }

        return new PerceptualHash(bits);
    }

    private static double[] Brightness(Raster picture)
    {
        var small = picture.Width >= Side && picture.Height >= Side
            ? AreaResampler.Resize(picture, Side, Side)
            : LanczosResampler.Resize(picture, Side, Side);
        var brightness = new double[Side * Side];
        for (var i = 0; i < brightness.Length; i++)
        {
            // ITU-R BT.601's weights in thousandths: integers, so that no machine rounds them differently.
            brightness[i] = 299 * small.Pixels[i * 4] + 587 * small.Pixels[i * 4 + 1] + 114 * small.Pixels[i * 4 + 2];
        }

        return brightness;
    }

    /// <summary>The coefficients of the frequencies 1 to 8 down and across.</summary>
    private static double[] Transform(double[] brightness)
    {
        var rows = new double[Side * Frequencies];
        for (var y = 0; y < Side; y++)
        {
            for (var u = 0; u < Frequencies; u++)
            {
                var sum = 0.0;
                for (var x = 0; x < Side; x++)
                    sum += brightness[y * Side + x] * Cosines[u, x];
                rows[y * Frequencies + u] = sum;
            }
        }

        var coefficients = new double[Frequencies * Frequencies];
        for (var v = 0; v < Frequencies; v++)
        {
            for (var u = 0; u < Frequencies; u++)
            {
                var sum = 0.0;
                for (var y = 0; y < Side; y++)
                    sum += rows[y * Frequencies + u] * Cosines[v, y];
                // The last bits of a sum of cosines are noise: without them a plain picture has no frequencies.
                coefficients[v * Frequencies + u] = Math.Round(sum, 3);
            }
        }

        return coefficients;
    }

    private static double[,] MakeCosines()
    {
        var cosines = new double[Frequencies, Side];
        for (var u = 0; u < Frequencies; u++)
        {
            for (var x = 0; x < Side; x++)
                cosines[u, x] = Math.Cos((u + 1) * (2 * x + 1) * Math.PI / (2 * Side));
        }

        return cosines;
    }
}
