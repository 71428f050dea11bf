namespace LoraBuild.Training.Noise;

/// <summary>Enlarging by bilinear interpolation, pixels' middles at half coordinates: torch's <c>align_corners=False</c>.</summary>
public static class Bilinear
{
    /// <summary>Adds an enlarged map, times a factor, to another.</summary>
    /// <param name="source">[rows, columns].</param>
    /// <param name="columns">Columns of <paramref name="source"/>.</param>
    /// <param name="target">[height, width]; added to.</param>
    /// <param name="width">Width of <paramref name="target"/>.</param>
    /// <param name="factor">What the enlarged values are multiplied by.</param>
    public static void AddEnlarged(ReadOnlySpan<float> source, int columns, Span<float> target, int width, float factor)
    {
        var (rows, height) = (source.Length / columns, target.Length / width);
        for (var y = 0; y < height; y++)
        {
            var (top, bottom, down) = Place(y, rows, height);
            for (var x = 0; x < width; x++)
            {
                var (left, right, across) = Place(x, columns, width);
                var upper = float.Lerp(source[(top * columns) + left], source[(top * columns) + right], across);
                var lower = float.Lerp(source[(bottom * columns) + left], source[(bottom * columns) + right], across);
                target[(y * width) + x] += factor * float.Lerp(upper, lower, down);
            }
        }
    }

    private static (int First, int Second, float Share) Place(int position, int count, int enlarged)
    {
        var place = Math.Max(0, ((position + 0.5f) * count / enlarged) - 0.5f);
        var first = Math.Min((int)place, count - 1);
        return (first, Math.Min(first + 1, count - 1), place - first);
    }
}
