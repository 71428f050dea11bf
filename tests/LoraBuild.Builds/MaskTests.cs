using LoraBuild.Imaging;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Builds;

/// <summary>Masks of what the loss counts, from the picture's folder to the dataset.</summary>
public sealed class MaskTests
{
    [Fact]
    public void A_mask_beside_a_picture_becomes_the_alpha_of_the_datasets_picture()
    {
        using var project = new CharacterProject().With("low/aoi_207.jpg");
        var picture = PictureDecoder.Decode(Path.Combine(Repository.Example, "images/low/aoi_207.jpg")).Raster;
        var mask = new Raster(picture.Width, picture.Height);
        for (var i = 0; i < mask.Pixels.Length; i++)
            mask.Pixels[i] = i % 4 == 3 || i / 4 % picture.Width < 10 ? (byte)255 : (byte)0;
        Imaging.Png.PngEncoder.Encode(mask, project.PathOf("images/low/aoi_207.mask.png"));
        var target = project.PathOf("bin/dataset/4_hoshinoaoi/aoi_207.png");

        project.Properties["LoraAlphaMask"] = "true";
        var unmasked = project.Build();
        project.Properties.Remove("LoraAlphaMask");

        Assert.True(unmasked.Succeeded, unmasked.Output);
        Assert.Equal(1, unmasked.Processed("Normalize"));
        Assert.True(PictureDecoder.Decode(target).Raster.IsOpaque);
        Assert.Contains(unmasked.Diagnostics, line => line.Contains("warning LB2012: LoraAlphaMask has no", StringComparison.Ordinal));

        project.Properties["LoraMaskedLoss"] = "true";
        var masked = project.Build();

        Assert.Equal((1, 1), (masked.Processed("Normalize"), Directory.GetFiles(Path.GetDirectoryName(target)!, "*.png").Length));
        var built = PictureDecoder.Decode(target).Raster;
        Assert.Equal((255, 0), (built.Row(5)[(4 * 9) + 3], built.Row(5)[(4 * 10) + 3]));
        Assert.Equal(picture.Pixels, built.WithoutAlpha().Pixels);
    }
}
