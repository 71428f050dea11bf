using System.Runtime.Intrinsics;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Resampling;

/// <summary>
/// Shrinking as OpenCV's <c>resize</c> with <c>INTER_AREA</c> does it for 8-bit pictures, to the bit: sums of whole pixels where both
/// factors are integers, else sums weighted by covered area, in single precision and in OpenCV's order.
/// </summary>
public static class AreaResampler
{
    /// <summary>The picture at a smaller size. Every channel is taken by itself, so flatten a transparent picture first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive, or larger than the source's.</exception>
    public static Raster Resize(Raster source, int width, int height) => Resize(new RasterRows(source), width, height);

    /// <summary>The square with the picture in its middle, on white, the odd pixel right and below, at a smaller size.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="side"/> is not positive, or larger than the picture's longer
    /// side.</exception>
    public static Raster ResizeSquare(Raster source, int side) => Resize(new SquareRows(source), side, side);

    private static Raster Resize(IPixelRows source, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, source.Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, source.Height);
        return source.Width % width == 0 && source.Height % height == 0
            ? ResizeByIntegers(source, width, height)
            : ResizeByAreas(source, width, height);
    }

    private static Raster ResizeByIntegers(IPixelRows source, int width, int height)
    {
        int across = source.Width / width, down = source.Height / height;
        var scale = 1f / (across * down);
        var target = new Raster(width, height);
        var sums = new Vector128<int>[width];
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sums);
            for (var j = 0; j < down; j++)
            {
                if (source.IsWhite(y * down + j))
                    AddToAll(sums, Vector128.Create(byte.MaxValue * across));
                else
                    AddCells(source.Row(y * down + j), across, sums);
            }

            var row = target.Pixels(y);
            for (var x = 0; x < row.Length; x++)
            {
                // OpenCV's 2 x 2 case is a shift that rounds halves up; the others multiply and round halves to even.
                var mean = across == 2 && down == 2
                    ? (sums[x] + Vector128.Create(2)) >> 2
                    : PixelVectors.Round(Vector128.ConvertToSingle(sums[x]) * scale);
                row[x] = PixelVectors.Pack(mean);
            }
        }
        return target;
    }

    private static void AddToAll(Span<Vector128<int>> sums, Vector128<int> cell)
    {
        foreach (ref var sum in sums)
            sum += cell;
    }

    private static void AddCells(ReadOnlySpan<uint> row, int across, Span<Vector128<int>> sums)
    {
        for (var x = 0; x < sums.Length; x++)
        {
            var sum = sums[x];
            foreach (var pixel in row.Slice(x * across, across))
                sum += PixelVectors.Unpack(pixel);
            sums[x] = sum;
        }
    }

    private static Raster ResizeByAreas(IPixelRows source, int width, int height)
    {
        var columns = Kernels(source.Width, width);
        var rows = Kernels(source.Height, height);
        var target = new Raster(width, height);
        var sums = new Vector128<float>[width];
        var line = new Vector128<float>[width];
        var lineOf = -1;
        // White rows weigh the same, and a panorama's square has hundreds of times as many of them as the panorama has rows.
        Vector128<float>[]? white = null;
        for (var y = 0; y < height; y++)
        {
            var (first, weights) = rows[y];
            for (var i = 0; i < weights.Length; i++)
            {
                var isWhite = source.IsWhite(first + i);
                if (isWhite && white is null)
                    WeighColumns(source.Row(first + i), columns, white = new Vector128<float>[width]);
                // The last source row of one target row is often the first of the next.
                if (!isWhite && lineOf != first + i)
                    WeighColumns(source.Row(lineOf = first + i), columns, line);
                AddLine(isWhite ? white : line, weights[i], sums, isFirst: i == 0);
            }
            var row = target.Pixels(y);
            for (var x = 0; x < row.Length; x++)
                row[x] = PixelVectors.Pack(PixelVectors.Round(sums[x]));
        }
        return target;
    }

    private static void WeighColumns(
        ReadOnlySpan<uint> row, ReadOnlySpan<(int First, float[] Weights)> columns, Span<Vector128<float>> line)
    {
        for (var x = 0; x < line.Length; x++)
        {
            var (first, weights) = columns[x];
            var cells = row.Slice(first, weights.Length);
            var sum = Vector128<float>.Zero;
            for (var i = 0; i < cells.Length; i++)
                sum += Vector128.ConvertToSingle(PixelVectors.Unpack(cells[i])) * weights[i];
            line[x] = sum;
        }
    }

    private static void AddLine(ReadOnlySpan<Vector128<float>> line, float weight, Span<Vector128<float>> sums, bool isFirst)
    {
        for (var x = 0; x < sums.Length; x++)
            sums[x] = isFirst ? line[x] * weight : sums[x] + line[x] * weight;
    }

    /// <summary>
    /// For each target cell the first source cell that it covers, and how much of its extent that cell and each next one make up.
    /// </summary>
    private static (int First, float[] Weights)[] Kernels(int sourceSize, int targetSize)
    {
        // OpenCV inverts the quotient of the sizes twice; the rounding of both divisions shows in the weights.
        var scale = 1.0 / ((double)targetSize / sourceSize);
        var kernels = new (int, float[])[targetSize];
        var weights = new List<float>();
        for (var to = 0; to < targetSize; to++)
        {
            var begin = to * scale;
            var end = begin + scale;
            var extent = Math.Min(scale, sourceSize - begin);
            var last = Math.Min((int)Math.Floor(end), sourceSize - 1);
            var first = Math.Min((int)Math.Ceiling(begin), last);
            var hasPartBefore = first - begin > 1e-3;
            weights.Clear();
            if (hasPartBefore)
                weights.Add((float)((first - begin) / extent));
            for (var whole = first; whole < last; whole++)
                weights.Add((float)(1.0 / extent));
            if (end - last > 1e-3)
                weights.Add((float)(Math.Min(Math.Min(end - last, 1.0), extent) / extent));
            kernels[to] = (hasPartBefore ? first - 1 : first, [.. weights]);
        }
        return kernels;
    }
}
