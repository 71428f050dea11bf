using System.Runtime.Intrinsics;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Resampling;

/// <summary>
/// Resizing as PIL's <c>resize</c> with <c>LANCZOS</c> does it for 8-bit pictures, to the bit: a windowed sinc of three lobes, stretched by
/// the factor where it shrinks; first across, then down; 22-bit fixed point, rounded to 8 bits after each of the two.
/// </summary>
public static class LanczosResampler
{
    private const int Lobes = 3;
    private const int PrecisionBits = 32 - 8 - 2;

    /// <summary>The picture at another size. Every channel is taken by itself, so flatten a transparent picture first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    public static Raster Resize(Raster source, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var wide = width == source.Width ? source : ResizeAcross(source, width);
        return height == source.Height ? wide : ResizeDown(wide, height);
    }

    private static Raster ResizeAcross(Raster source, int width)
    {
        var kernels = Kernels(source.Width, width);
        var target = new Raster(width, source.Height);
        for (var y = 0; y < target.Height; y++)
        {
            ReadOnlySpan<uint> from = source.Pixels(y);
            var to = target.Pixels(y);
            for (var x = 0; x < to.Length; x++)
            {
                var (first, weights) = kernels[x];
                var cells = from.Slice(first, weights.Length);
                var sum = Vector128.Create(1 << (PrecisionBits - 1));
                for (var i = 0; i < cells.Length; i++)
                    sum += PixelVectors.Unpack(cells[i]) * weights[i];
                to[x] = PixelVectors.Pack(sum >> PrecisionBits);
            }
        }
        return target;
    }

    private static Raster ResizeDown(Raster source, int height)
    {
        var kernels = Kernels(source.Height, height);
        var target = new Raster(source.Width, height);
        var sums = new Vector128<int>[source.Width];
        for (var y = 0; y < height; y++)
        {
            var (first, weights) = kernels[y];
            Array.Fill(sums, Vector128.Create(1 << (PrecisionBits - 1)));
            for (var i = 0; i < weights.Length; i++)
                AddRow(source.Pixels(first + i), weights[i], sums);
            var to = target.Pixels(y);
            for (var x = 0; x < to.Length; x++)
                to[x] = PixelVectors.Pack(sums[x] >> PrecisionBits);
        }
        return target;
    }

    private static void AddRow(ReadOnlySpan<uint> row, int weight, Span<Vector128<int>> sums)
    {
        for (var x = 0; x < row.Length; x++)
            sums[x] += PixelVectors.Unpack(row[x]) * weight;
    }

    /// <summary>For each target cell the first source cell under its kernel, and the weights from there on; they sum to 2^22.</summary>
    private static (int First, int[] Weights)[] Kernels(int sourceSize, int targetSize)
    {
        var scale = (double)sourceSize / targetSize;
        var stretch = Math.Max(scale, 1.0);
        var support = Lobes * stretch;
        var kernels = new (int, int[])[targetSize];
        for (var to = 0; to < targetSize; to++)
        {
            var centre = (to + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var end = Math.Min(sourceSize, (int)(centre + support + 0.5));
            var weights = new double[end - first];
            var sum = 0.0;
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] = Lanczos((first + i - centre + 0.5) * (1.0 / stretch));
                sum += weights[i];
            }
            kernels[to] = (first, Array.ConvertAll(weights, weight => Fixed(weight / sum)));
        }
        return kernels;
    }

    private static int Fixed(double weight) => (int)((weight < 0 ? -0.5 : 0.5) + weight * (1 << PrecisionBits));

    private static double Lanczos(double x) => x is >= -Lobes and < Lobes ? Sinc(x) * Sinc(x / Lobes) : 0.0;

    private static double Sinc(double x) => x == 0.0 ? 1.0 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
