using LoraBuild.Imaging.Rasters;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Training.Data;

namespace LoraBuild.Training.Tests.Loading;

public class LatentMaskTests
{
    [Fact]
    public void The_mask_is_the_mean_opacity_of_each_8_by_8_pixels_of_the_view()
    {
        var raster = new Raster(20, 16);
        // Opaque from column 10 on; half of it above row 4.
        for (var y = 0; y < 16; y++)
        {
            for (var x = 10; x < 20; x++)
                raster.Row(y)[(4 * x) + 3] = y < 4 ? (byte)128 : (byte)255;
        }

        // From column 4 on: 2 of 8 columns are opaque in the second position.
        Assert.Equal(Expected(0.25f, 1), Mask(raster, left: 4, mirrored: false));
        Assert.Equal(Expected(1, 0.25f), Mask(raster, left: 4, mirrored: true));
        static float[] Expected(float first, float second) =>
            [first * (128 + 255) / 510f, second * (128 + 255) / 510f, first, second];
    }

    [Fact]
    public void An_opaque_picture_has_no_mask()
    {
        var raster = new Raster(20, 16);
        raster.Pixels.AsSpan().Fill(255);

        Assert.Null(Mask(raster, 4, false));
    }

    [Fact]
    public void Samples_without_a_mask_count_everywhere()
    {
        using var scope = NewDisposeScope();
        var sample = new TrainingSample(null!, default, new ClipText([]), 0, [], []);

        Assert.Null(new TrainingBatch(0, new(16, 8), [sample, sample]).Mask(1, 2));
        var mask = new TrainingBatch(0, new(16, 8), [sample, sample with { Mask = [0.5f, 0] }]).Mask(1, 2)!;
        Assert.Equal([2, 1, 1, 2], mask.shape);
        Assert.Equal([1, 1, 0.5f, 0], mask.data<float>().ToArray());
    }

    private static float[]? Mask(Raster raster, int left, bool mirrored) =>
        LatentMask.Of(raster, new(16, 16), new(0, left, 0, mirrored, ColourChange.None), 8);
}
