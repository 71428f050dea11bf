using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Edits;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests.Edits;

public sealed class BorderTests
{
    [Fact]
    public void Padding_in_pixels_and_fractions_lands_at_its_sides()
    {
        var source = Fixtures.Noise(10, 20, 1);
        var pixels = Apply(source, new PadEdit(new Margins(1, 2, 3, 4), 0x010203));
        var fractions = Apply(source, new PadEdit(new Margins(0.1, 0.1, 0.3, 0.2), 0x010203));
        Assert.Equal((14, 26), (pixels.Width, pixels.Height));
        Assert.Equal(pixels.Pixels, fractions.Pixels);
        Assert.Equal(source.Pixels, pixels.Crop(1, 2, 10, 20).Pixels);
        Assert.Equal((1, 2, 3, 255), Fixtures.Pixel(pixels, 13, 25));
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(2, 5)]
    [InlineData(4, 4)]
    public void Padding_to_a_square_keeps_the_picture_in_the_middle(int width, int height)
    {
        var source = Fixtures.Noise(width, height, 1);
        var square = Apply(source, new PadEdit(null, 0xFFFFFF));
        Assert.Equal((Math.Max(width, height), Math.Max(width, height)), (square.Width, square.Height));
        Assert.Equal(source.Pixels, square.Crop((square.Width - width) / 2, (square.Height - height) / 2, width, height).Pixels);
    }

    [Fact]
    public void A_trim_takes_bars_of_different_colours_whose_corners_belong_to_either()
    {
        // Black bars at the sides run through the white ones above and below: no row is uniform before the columns are gone.
        var inside = Fixtures.Noise(6, 5, 1);
        var framed = Apply(Apply(inside, new PadEdit(new Margins(0, 3, 0, 2), 0xFFFFFF)), new PadEdit(new Margins(4, 0, 1, 0), 0));
        Assert.Equal(inside.Pixels, Apply(framed, new TrimEdit(0)).Pixels);
    }

    [Fact]
    public void A_trim_bears_the_noise_of_jpeg_and_stops_at_its_tolerance()
    {
        var inside = Fixtures.Noise(5, 5, 1);
        var source = Apply(inside, new PadEdit(new Margins(4, 0, 0, 0), 0x646464));
        for (var y = 0; y < 5; y++)
            source.Row(y).Slice((1 + y % 3) * 4, 3).Fill(108);
        Assert.Equal(inside.Pixels, Apply(source, new TrimEdit(8)).Pixels);
        Assert.Equal(8, Apply(source, new TrimEdit(7)).Width);
    }

    [Fact]
    public void A_trim_does_not_eat_a_gradient_line_by_line()
    {
        var source = Fixtures.Plain(3, 100, 0);
        for (var y = 0; y < 100; y++)
            source.Row(y).Fill((byte)(y * 2));
        for (var i = 3; i < source.Pixels.Length; i += 4)
            source.Pixels[i] = 255;
        Assert.Equal(100 - 6 - 6, Apply(source, new TrimEdit(10)).Height);
    }

    private static Raster Apply(Raster source, Edit edit) => PictureEditor.Apply(source, [edit]);
}
