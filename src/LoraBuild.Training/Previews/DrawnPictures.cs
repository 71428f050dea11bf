using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Training.Previews;

/// <summary>Several pictures on one.</summary>
public static class PreviewGrid
{
    /// <summary>
    /// The pictures row by row, about as many columns as rows, each in the middle of a cell of the largest one's size, on white.
    /// </summary>
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

/// <summary>Decoded pictures, from tensors to rasters.</summary>
public static class PictureTensor
{
    /// <summary>The pictures in 8 bits.</summary>
    /// <param name="pictures">[batch, 3, height, width] in -1..1; what is outside is cut.</param>
    public static IReadOnlyList<Raster> ToRasters(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)pictures.shape[2], (int)pictures.shape[3]);
        var opaque = full([pictures.shape[0], 1, height, width], 255, dtype: ScalarType.Byte);
        var colours = ((pictures.detach().cpu().to_type(ScalarType.Float32) + 1) * 127.5).round().clamp(0, 255).to_type(ScalarType.Byte);
        var pixels = cat([colours, opaque], 1).permute(0, 2, 3, 1).contiguous().data<byte>().ToArray();
        return [.. pixels.Chunk(height * width * 4).Select(picture => new Raster(width, height, picture))];
    }
}
