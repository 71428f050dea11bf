using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests;

public sealed class RasterTests
{
    [Fact]
    public void Flattening_rounds_every_mixture_to_nearest()
    {
        var picture = new Raster(256, 256);
        for (var i = 0; i < 256 * 256; i++)
            (picture.Pixels[i * 4], picture.Pixels[i * 4 + 3]) = ((byte)i, (byte)(i >> 8));
        var flat = picture.Flatten(0x4080FF);
        for (var i = 0; i < 256 * 256; i++)
        {
            int colour = i & 255, alpha = i >> 8;
            Assert.Equal(
                (byte)Math.Round((colour * alpha + 0x40 * (255 - alpha)) / 255.0, MidpointRounding.AwayFromZero), flat.Pixels[i * 4]);
            Assert.Equal((byte)Math.Round(0x80 * (255 - alpha) / 255.0, MidpointRounding.AwayFromZero), flat.Pixels[i * 4 + 1]);
        }
        Assert.True(flat.IsOpaque);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(30)]
    public void One_translucent_pixel_makes_a_picture_not_opaque(int at)
    {
        var picture = Fixtures.Plain(31, 1, 3);
        Assert.True(picture.IsOpaque);
        picture.Pixels[at * 4 + 3] = 254;
        Assert.False(picture.IsOpaque);
    }

    [Fact]
    public void A_raster_of_the_wrong_length_is_refused() => Assert.Throws<ArgumentException>(() => new Raster(2, 2, new byte[15]));
}
