using System.Runtime.InteropServices;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Edits;

/// <summary>Fills an area of similar colour, span by span.</summary>
internal static class FloodFill
{
    /// <summary>
    /// Paints every pixel that is 4-connected to (<paramref name="x"/>, <paramref name="y"/>) through pixels whose channels all differ from
    /// the start pixel by at most <paramref name="tolerance"/>.
    /// </summary>
    public static void Paint(Raster picture, int x, int y, int tolerance, uint ink)
    {
        var start = picture.Row(y).Slice(x * 4, 4).ToArray();
        var seen = new bool[picture.Width * picture.Height];
        var pending = new Stack<(int X, int Y)>();
        pending.Push((x, y));
        while (pending.TryPop(out var seed))
        {
            var row = picture.Row(seed.Y);
            var visited = seen.AsSpan(seed.Y * picture.Width, picture.Width);
            if (visited[seed.X])
                continue;
            int left = seed.X, right = seed.X;
            while (left > 0 && !visited[left - 1] && IsSimilar(row, left - 1, start, tolerance))
                left--;
            while (right + 1 < picture.Width && !visited[right + 1] && IsSimilar(row, right + 1, start, tolerance))
                right++;
            visited[left..(right + 1)].Fill(true);
            MemoryMarshal.Cast<byte, uint>(row)[left..(right + 1)].Fill(ink);
            if (seed.Y > 0)
                PushRuns(picture, seed.Y - 1, left, right, seen, start, tolerance, pending);
            if (seed.Y + 1 < picture.Height)
                PushRuns(picture, seed.Y + 1, left, right, seen, start, tolerance, pending);
        }
    }

    /// <summary>
    /// Notes the beginning of every run of pixels still to be painted between <paramref name="left"/> and <paramref name="right"/>.
    /// </summary>
    private static void PushRuns(
        Raster picture, int y, int left, int right, bool[] seen, byte[] start, int tolerance, Stack<(int X, int Y)> pending)
    {
        var row = picture.Row(y);
        var visited = seen.AsSpan(y * picture.Width, picture.Width);
        var inRun = false;
        for (var x = left; x <= right; x++)
        {
            var open = !visited[x] && IsSimilar(row, x, start, tolerance);
            if (open && !inRun)
                pending.Push((x, y));
            inRun = open;
        }
    }

    private static bool IsSimilar(ReadOnlySpan<byte> row, int x, ReadOnlySpan<byte> start, int tolerance)
    {
        var pixel = row.Slice(x * 4, 4);
        return Math.Abs(pixel[0] - start[0]) <= tolerance
            && Math.Abs(pixel[1] - start[1]) <= tolerance
            && Math.Abs(pixel[2] - start[2]) <= tolerance
            && Math.Abs(pixel[3] - start[3]) <= tolerance;
    }
}
