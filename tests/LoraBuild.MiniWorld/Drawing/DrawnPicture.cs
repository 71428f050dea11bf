using LoraBuild.Imaging.Rasters;

namespace LoraBuild.MiniWorld.Drawing;

/// <summary>A drawing with what it shows.</summary>
/// <param name="Pixels">Height x width x 3 bytes, red first.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Tags">From <see cref="DrawnTags.Of"/>.</param>
internal sealed record DrawnPicture(byte[] Pixels, int Width, int Height, IReadOnlyList<string> Tags)
{
    /// <summary>The sizes that the base model learns: each as likely as it is here.</summary>
    public static readonly IReadOnlyList<(int Width, int Height)> Buckets = [(128, 128), (128, 128), (128, 128), (96, 160), (160, 96)];

    /// <summary>A picture of the world, drawn by lot: a function of the seed, what it is for, its number and its size.</summary>
    /// <param name="seed">The world's seed.</param>
    /// <param name="use">What it is for, so that none is learnt that is tested with.</param>
    /// <param name="number">Which one.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="pairs">The share of pictures with two girls.</param>
    public static DrawnPicture Draw(long seed, long use, long number, int width, int height, double pairs = 0.03)
    {
        var scene = Casting.Scene(new Dice(seed, Purpose.Casting, use, number), width, height, pairs);
        var drawing = (seed << 40) ^ (use << 32) ^ number;
        return new(SceneDrawing.Draw(scene, width, height, drawing), width, height, DrawnTags.Of(scene));
    }

    /// <summary>Pictures of one size as a tensor.</summary>
    /// <returns>[pictures, 3, height, width], -1..1.</returns>
    public static Tensor Stack(IReadOnlyList<DrawnPicture> pictures, Device device)
    {
        using var scope = NewDisposeScope();
        var (width, height) = (pictures[0].Width, pictures[0].Height);
        var all = new byte[pictures.Count * width * height * 3];
        for (var i = 0; i < pictures.Count; i++)
            pictures[i].Pixels.CopyTo(all, i * width * height * 3);
        // Bytes travel to a device four times as fast as the numbers they become.
        return tensor(all, [pictures.Count, height, width, 3], device: device).to_type(ScalarType.Float32).permute(
            0, 3, 1, 2).contiguous().div_(127.5).sub_(1)
            .MoveToOuterDisposeScope();
    }

    /// <summary>For the tagger.</summary>
    public Raster ToRaster()
    {
        var raster = new Raster(Width, Height);
        for (int i = 0, to = 0; i < Pixels.Length; i += 3, to += 4)
        {
            Pixels.AsSpan(i, 3).CopyTo(raster.Pixels.AsSpan(to));
            raster.Pixels[to + 3] = 255;
        }
        return raster;
    }
}
