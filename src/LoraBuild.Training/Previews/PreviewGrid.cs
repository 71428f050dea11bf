using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Training.Previews;

/// <summary>Several pictures on one.</summary>
public static class PreviewGrid
{
    /// <summary>The pictures row by row, about as many columns as rows, each in the middle of a cell of the largest one's size, on white.</summary>
    /// <param name="pictures">At least one.</param>
    public static Raster Of(IReadOnlyList<Raster> pictures)
    {
        var columns = (int)Math.Ceiling(Math.Sqrt(pictures.Count));
        var rows = (pictures.Count + columns - 1) / columns;
        var (width, height) = (pictures.Max(picture => picture.Width), pictures.Max(picture => picture.Height));
        var grid = new Raster(columns * width, rows * height);
        grid.Pixels.AsSpan().Fill(byte.MaxValue);
        for (var i = 0; i < pictures.Count; i++)
        {
            var picture = pictures[i];
            var left = (i % columns * width) + ((width - picture.Width) / 2);
            var top = (i / columns * height) + ((height - picture.Height) / 2);
            for (var y = 0; y < picture.Height; y++)
                picture.Row(y).CopyTo(grid.Row(top + y)[(left * 4)..]);
        }

        return grid;
    }
}
