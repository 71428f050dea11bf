using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Edits;

/// <summary>Exchanges what is behind a figure, in place.</summary>
internal static class BackgroundPainter
{
    // The border's colours are counted in cells of 8 x 8 x 8 levels.
    private const int CellShift = 3;

    /// <summary>Puts a colour behind the figure that a model found.</summary>
    /// <param name="picture">An opaque picture.</param>
    /// <param name="figure">The share of each pixel that is figure, 0 to 255.</param>
    /// <param name="colour">0xRRGGBB.</param>
    public static void Paint(Raster picture, ReadOnlySpan<byte> figure, int colour)
    {
        ReadOnlySpan<int> to = [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
        for (var i = 0; i < figure.Length; i++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                ref var value = ref picture.Pixels[i * 4 + channel];
                value = (byte)((value * figure[i] + to[channel] * (255 - figure[i]) + 127) / 255);
            }
        }
    }

    /// <summary>
    /// Fills from the border what has the border's most frequent colour. A pixel of the outline is a mixture of figure and old background:
    /// its share of background, by its distance from that colour against its neighbours' within the figure, is exchanged for the new
    /// colour.
    /// </summary>
    public static void Flood(Raster picture, BackgroundEdit edit)
    {
        var old = BorderColour(picture);
        var isBackground = FillFromBorder(picture, old, edit.Tolerance);
        SoftenOutline(picture, isBackground, old, edit);
        var ink = ShapePainter.Ink(edit.To);
        var pixels = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(picture.Pixels.AsSpan());
        for (var i = 0; i < isBackground.Length; i++)
        {
            if (isBackground[i])
                pixels[i] = ink;
        }
    }

    private static byte[] BorderColour(Raster picture)
    {
        var cells = new Dictionary<int, (int Count, int R, int G, int B)>();
        foreach (var index in BorderPixels(picture))
        {
            var pixel = picture.Pixels.AsSpan(index * 4, 3);
            var cell = pixel[0] >> CellShift << 16 | pixel[1] >> CellShift << 8 | pixel[2] >> CellShift;
            var sum = cells.GetValueOrDefault(cell);
            cells[cell] = (sum.Count + 1, sum.R + pixel[0], sum.G + pixel[1], sum.B + pixel[2]);
        }

        // Of equally frequent colours the lowest number: the result must not depend on the order of a hash table.
        var (_, most) = cells.OrderByDescending(cell => cell.Value.Count).ThenBy(cell => cell.Key).First();
        return [Mean(most.R), Mean(most.G), Mean(most.B)];

        byte Mean(int sum) => (byte)((sum + most.Count / 2) / most.Count);
    }

    private static bool[] FillFromBorder(Raster picture, byte[] colour, int tolerance)
    {
        var filled = new bool[picture.Width * picture.Height];
        var pending = new Stack<int>();
        foreach (var index in BorderPixels(picture))
            Visit(index);
        while (pending.TryPop(out var index))
        {
            var x = index % picture.Width;
            if (x > 0)
                Visit(index - 1);
            if (x + 1 < picture.Width)
                Visit(index + 1);
            if (index >= picture.Width)
                Visit(index - picture.Width);
            if (index + picture.Width < filled.Length)
                Visit(index + picture.Width);
        }

        return filled;

        void Visit(int index)
        {
            if (filled[index] || Distance(picture, index, colour) > tolerance)
                return;
            filled[index] = true;
            pending.Push(index);
        }
    }

    private static void SoftenOutline(Raster picture, bool[] isBackground, byte[] old, BackgroundEdit edit)
    {
        if (edit.Edge == 0)
            return;
        ReadOnlySpan<int> to = [(edit.To >> 16) & 255, (edit.To >> 8) & 255, edit.To & 255];
        var outline = new SortedSet<int>();
        for (var index = 0; index < isBackground.Length; index++)
        {
            if (isBackground[index] && !Neighbours(picture, index, 1).All(neighbour => isBackground[neighbour]))
                outline.UnionWith(Neighbours(picture, index, edit.Edge).Where(neighbour => !isBackground[neighbour]));
        }

        // All shares are taken before any pixel changes.
        var changes = outline.Select(index => (index, Share: BackgroundShare(picture, isBackground, index, old, edit.Edge))).ToList();
        foreach (var (index, share) in changes)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                ref var value = ref picture.Pixels[index * 4 + channel];
                value = (byte)Math.Clamp(Math.Round(value + share * (to[channel] - old[channel])), 0, 255);
            }
        }
    }

    private static double BackgroundShare(Raster picture, bool[] isBackground, int index, byte[] old, int radius)
    {
        var figure = Neighbours(picture, index, radius).Where(neighbour => !isBackground[neighbour])
            .Max(neighbour => Distance(picture, neighbour, old));
        return figure == 0 ? 0 : 1 - Distance(picture, index, old) / (double)figure;
    }

    private static IEnumerable<int> BorderPixels(Raster picture)
    {
        for (var x = 0; x < picture.Width; x++)
        {
            yield return x;
            yield return (picture.Height - 1) * picture.Width + x;
        }

        for (var y = 1; y + 1 < picture.Height; y++)
        {
            yield return y * picture.Width;
            yield return y * picture.Width + picture.Width - 1;
        }
    }

    /// <summary>The pixels of the square around one, itself among them.</summary>
    private static IEnumerable<int> Neighbours(Raster picture, int index, int radius)
    {
        int x = index % picture.Width, y = index / picture.Width;
        for (var row = Math.Max(0, y - radius); row <= Math.Min(picture.Height - 1, y + radius); row++)
        {
            for (var column = Math.Max(0, x - radius); column <= Math.Min(picture.Width - 1, x + radius); column++)
                yield return row * picture.Width + column;
        }
    }

    private static int Distance(Raster picture, int index, ReadOnlySpan<byte> colour)
    {
        var pixel = picture.Pixels.AsSpan(index * 4, 3);
        return Math.Max(Math.Abs(pixel[0] - colour[0]), Math.Max(Math.Abs(pixel[1] - colour[1]), Math.Abs(pixel[2] - colour[2])));
    }
}
