using LoraBuild.Imaging;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Tagging.Tests;

public sealed class WdInputTests
{
    private static readonly WdInput Wd14 = new(448, IsChannelsFirst: false);

    /// <summary>The expected pictures were written by sd-scripts' preprocess_image; here they are stored as RGB.</summary>
    [Theory]
    [InlineData("rgba_transparent")]
    [InlineData("portrait")]
    [InlineData("gray")]
    [InlineData("palette")]
    public void A_picture_becomes_the_input_that_sd_scripts_makes_of_it(string name)
    {
        var input = new float[Wd14.Length];
        Wd14.Write(Picture($"{name}.png"), input);
        var expected = Picture($"{name}.expected.png").Pixels;
        for (var i = 0; i < 448 * 448; i++)
        {
            Assert.Equal(expected[i * 4 + 2], input[i * 3]);
            Assert.Equal(expected[i * 4 + 1], input[i * 3 + 1]);
            Assert.Equal(expected[i * 4], input[i * 3 + 2]);
        }
    }

    [Fact]
    public void Channels_first_is_the_same_picture_transposed()
    {
        float[] last = new float[Wd14.Length], first = new float[Wd14.Length];
        Wd14.Write(Picture("portrait.png"), last);
        (Wd14 with { IsChannelsFirst = true }).Write(Picture("portrait.png"), first);
        for (var i = 0; i < last.Length; i++)
            Assert.Equal(last[i], first[i % 3 * 448 * 448 + i / 3]);
    }

    private static Raster Picture(string name) =>
        PictureDecoder.Decode(Path.Combine(AppContext.BaseDirectory, "Data", "wd14", name)).Raster;
}
