using System.Runtime.Intrinsics;

namespace LoraBuild.Imaging.Resampling;

/// <summary>
/// Shrinking as OpenCV's <c>resize</c> with <c>INTER_AREA</c> does it for 8-bit pictures, to the bit: sums of whole pixels where both
/// factors are integers, else sums weighted by covered area, in single precision and in OpenCV's order.
/// </summary>
public static class AreaResampler
{
    /// <summary>The picture at a smaller size. Every channel is taken by itself, so flatten a transparent picture first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive, or larger than the source's.</exception>
    public static Raster Resize(Raster source, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, source.Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, source.Height);
        return source.Width % width == 0 && source.Height % height == 0
            ? ResizeByIntegers(source, width, height)
            : ResizeByAreas(source, width, height);
    }

    private static Raster ResizeByIntegers(Raster source, int width, int height)
    {
        int across = source.Width / width, down = source.Height / height;
        var scale = 1f / (across * down);
        var target = new Raster(width, height);
        for (var y = 0; y < height; y++)
        {
            var row = target.Row(y);
            for (var x = 0; x < width; x++)
            {
                var sum = Vector128<int>.Zero;
                for (var j = 0; j < down; j++)
                {
                    var cell = source.Row(y * down + j).Slice(x * across * 4, across * 4);
                    for (var i = 0; i < across; i++)
                        sum += PixelVectors.Load(cell, i);
                }
                // OpenCV's 2 x 2 case is a shift that rounds halves up; the others multiply and round halves to even.
                var mean = across == 2 && down == 2
                    ? (sum + Vector128.Create(2)) >> 2
                    : PixelVectors.Round(Vector128.ConvertToSingle(sum) * scale);
                PixelVectors.Store(row, x, mean);
            }
        }
        return target;
    }

    private static Raster ResizeByAreas(Raster source, int width, int height)
    {
        var columns = Weights(source.Width, width);
        var rows = Weights(source.Height, height);
        var target = new Raster(width, height);
        var sum = new Vector128<float>[width];
        var line = new Vector128<float>[width];
        for (var i = 0; i < rows.Length; i++)
        {
            var (y, from, weight) = rows[i];
            AddColumns(source.Row(from), columns, line);
            if (i == 0 || rows[i - 1].To != y)
            {
                for (var x = 0; x < width; x++)
                    sum[x] = line[x] * weight;
            }
            else
            {
                for (var x = 0; x < width; x++)
                    sum[x] += line[x] * weight;
            }
            if (i == rows.Length - 1 || rows[i + 1].To != y)
            {
                var row = target.Row(y);
                for (var x = 0; x < width; x++)
                    PixelVectors.Store(row, x, PixelVectors.Round(sum[x]));
            }
        }
        return target;
    }

    private static void AddColumns(ReadOnlySpan<byte> row, (int To, int From, float Weight)[] columns, Vector128<float>[] line)
    {
        var sum = Vector128<float>.Zero;
        var current = 0;
        foreach (var (to, from, weight) in columns)
        {
            if (to != current)
            {
                line[current] = sum;
                sum = Vector128<float>.Zero;
                current = to;
            }
            sum += Vector128.ConvertToSingle(PixelVectors.Load(row, from)) * weight;
        }
        line[current] = sum;
    }

    /// <summary>Which source cells each target cell covers, and how much of the target's extent each makes up.</summary>
    private static (int To, int From, float Weight)[] Weights(int sourceSize, int targetSize)
    {
        // OpenCV inverts the quotient of the sizes twice; the rounding of both divisions shows in the weights.
        var scale = 1.0 / ((double)targetSize / sourceSize);
        var weights = new List<(int, int, float)>(sourceSize + targetSize);
        for (var to = 0; to < targetSize; to++)
        {
            var begin = to * scale;
            var end = begin + scale;
            var extent = Math.Min(scale, sourceSize - begin);
            var last = Math.Min((int)Math.Floor(end), sourceSize - 1);
            var first = Math.Min((int)Math.Ceiling(begin), last);
            if (first - begin > 1e-3)
                weights.Add((to, first - 1, (float)((first - begin) / extent)));
            for (var from = first; from < last; from++)
                weights.Add((to, from, (float)(1.0 / extent)));
            if (end - last > 1e-3)
                weights.Add((to, last, (float)(Math.Min(Math.Min(end - last, 1.0), extent) / extent)));
        }
        return [.. weights];
    }
}
