using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Training.Previews;

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
