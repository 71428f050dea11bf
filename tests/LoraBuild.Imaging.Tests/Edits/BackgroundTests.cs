using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Edits;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests.Edits;

public sealed class BackgroundTests
{
    private const int Blue = 0x2040C0;

    [Fact]
    public void A_figure_that_touches_the_border_and_a_hole_of_the_backgrounds_colour_stay()
    {
        // A red figure stands on the lower edge and holds something blue.
        var source = Disc(40, 20, 30, 12, soft: false);
        Paint(source, 20, 30, 0x20, 0x40, 0xC0);
        var result = Apply(source, new BackgroundEdit(0xFFFFFF, 10, 2, false));
        for (var y = 0; y < 40; y++)
        {
            for (var x = 0; x < 40; x++)
            {
                var expected = IsIn(x, y, 20, 30, 12) ? Fixtures.Pixel(source, x, y) : ((byte)255, (byte)255, (byte)255, (byte)255);
                Assert.Equal(expected, Fixtures.Pixel(result, x, y));
            }
        }
    }

    [Fact]
    public void A_soft_outline_has_no_rim_of_the_old_colour()
    {
        var result = Apply(Disc(60, 30, 30, 18, soft: true), new BackgroundEdit(0xFFFFFF, 10, 3, false));
        var wanted = Disc(60, 30, 30, 18, soft: true, background: 0xFFFFFF);
        for (var i = 0; i < result.Pixels.Length; i++)
            Assert.InRange(result.Pixels[i] - wanted.Pixels[i], -14, 14);
    }

    [Fact]
    public void The_old_colour_as_the_new_one_changes_the_outline_by_nothing()
    {
        var source = Disc(60, 30, 30, 18, soft: true);
        var result = Apply(source, new BackgroundEdit(Blue, 0, 3, false));
        Assert.Equal(source.Pixels, result.Pixels);
    }

    [Fact]
    public void A_model_says_what_is_figure_unless_the_edit_forbids_it()
    {
        var source = Disc(20, 10, 10, 5, soft: false);
        var byModel = PictureEditor.Apply(source, [new BackgroundEdit(0xFFFFFF, 10, 0, false)], new LeftHalf());
        Assert.Equal((255, 255, 255, 255), Fixtures.Pixel(byModel, 10, 10));
        Assert.Equal((0x20, 0x40, 0xC0, 255), Fixtures.Pixel(byModel, 0, 0));
        var byFlood = PictureEditor.Apply(source, [new BackgroundEdit(0xFFFFFF, 10, 0, true)], new LeftHalf());
        Assert.Equal((220, 30, 30, 255), Fixtures.Pixel(byFlood, 10, 10));
        Assert.Equal((255, 255, 255, 255), Fixtures.Pixel(byFlood, 0, 0));
    }

    [Fact]
    public void A_fill_of_a_large_picture_takes_no_stack()
    {
        var result = Apply(Fixtures.Plain(2000, 1500, 90), new BackgroundEdit(0, 0, 2, false));
        Assert.Equal((0, 0, 0, 255), Fixtures.Pixel(result, 1000, 700));
    }

    private static Raster Apply(Raster source, Edit edit) => PictureEditor.Apply(source, [edit]);

    private static bool IsIn(int x, int y, double centreX, double centreY, double radius) =>
        Math.Sqrt((x - centreX) * (x - centreX) + (y - centreY) * (y - centreY)) <= radius;

    /// <summary>A red disc; soft: its outermost pixels mix with the background by distance.</summary>
    private static Raster Disc(int side, double x, double y, double radius, bool soft, int background = Blue)
    {
        var picture = Fixtures.Plain(side, side, 0);
        for (var row = 0; row < side; row++)
        {
            for (var column = 0; column < side; column++)
            {
                var distance = Math.Sqrt((column - x) * (column - x) + (row - y) * (row - y));
                var share = soft ? Math.Clamp(radius + 0.5 - distance, 0, 1) : distance <= radius ? 1 : 0;
                Paint(
                    picture, column, row, Mix(220, background >> 16, share), Mix(30, background >> 8 & 255, share),
                    Mix(30, background & 255, share));
            }
        }

        return picture;
    }

    private static byte Mix(int figure, int background, double share) => (byte)Math.Round(figure * share + background * (1 - share));

    private static void Paint(Raster picture, int x, int y, byte r, byte g, byte b) =>
        ((ReadOnlySpan<byte>)[r, g, b, 255]).CopyTo(picture.Pixels.AsSpan((y * picture.Width + x) * 4));

    private sealed class LeftHalf : ISegmentation
    {
        public byte[] FigureOf(Raster picture) =>
            [.. Enumerable.Range(0, picture.Width * picture.Height).Select(i => (byte)(i % picture.Width < picture.Width / 2 ? 255 : 0))];
    }
}
