using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Edits;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests.Edits;

public sealed class TurningTests
{
    [Fact]
    public void A_turn_by_90_degrees_is_clockwise()
    {
        var source = Fixtures.Noise(3, 2, 1);
        var turned = PictureEditor.Apply(source, [new RotateEdit(90)]);
        Assert.Equal((2, 3), (turned.Width, turned.Height));
        Assert.Equal(Fixtures.Pixel(source, 0, 1), Fixtures.Pixel(turned, 0, 0));
        Assert.Equal(Fixtures.Pixel(source, 0, 0), Fixtures.Pixel(turned, 1, 0));
        Assert.Equal(Fixtures.Pixel(source, 2, 0), Fixtures.Pixel(turned, 1, 2));
    }

    [Fact]
    public void Another_angle_is_clockwise_too_and_the_corners_have_their_colour()
    {
        var source = Fixtures.Plain(100, 50, 0);
        source.Row(25).Slice(90 * 4, 4).Fill(255);
        var turned = PictureEditor.Apply(source, [new RotateEdit(30, To: 0xFF0000)]);

        // |100 cos 30| + |50 sin 30| = 111.6 and |100 sin 30| + |50 cos 30| = 93.3.
        Assert.Equal((112, 94), (turned.Width, turned.Height));
        Assert.Equal((255, 0, 0, 255), Fixtures.Pixel(turned, 0, 0));
        Assert.Equal((255, 0, 0, 255), Fixtures.Pixel(turned, 111, 93));
        Assert.Equal((0, 0, 0, 255), Fixtures.Pixel(turned, 56, 47));
        // The bright pixel, 40.5 right of the centre and 0.5 below, goes to 34.8 right of it and 20.7 below.
        var brightest = Enumerable.Range(0, 112 * 94).MaxBy(i => turned.Pixels[(i * 4) + 1]);
        Assert.Equal((90, 67), (brightest % 112, brightest / 112));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(135)]
    [InlineData(359.75)]
    public void There_and_back_again_a_picture_is_nearly_itself(double degrees)
    {
        var source = Fixtures.Plain(64, 48, 0);
        for (var i = 0; i < source.Pixels.Length; i++)
            source.Pixels[i] = i % 4 == 3 ? (byte)255 : (byte)(128 + (100 * Math.Sin(((i / 4 % 64) + (2 * (i / 256)) + (i % 4)) / 9.0)));
        var back = PictureEditor.Apply(source, [new RotateEdit(degrees), new RotateEdit(360 - degrees)]);
        int left = (back.Width - 64) / 2, top = (back.Height - 48) / 2;
        Assert.Equal((0, 0), (back.Width % 2, back.Height % 2));
        var part = back.Crop(left, top, 64, 48);
        for (var y = 3; y < 45; y++)
        {
            for (var x = 3 * 4; x < 61 * 4; x++)
                Assert.InRange(part.Row(y)[x], source.Row(y)[x] - 2, source.Row(y)[x] + 2);
        }
    }

    [Fact]
    public void A_turn_that_makes_a_picture_too_large_is_an_error_with_both_sizes()
    {
        var error = Assert.Throws<LoraBuildException>(() => PictureEditor.Apply(new Raster(16_000, 1), [new RotateEdit(45)]));
        Assert.Equal(DiagnosticCode.EditOutsidePicture, error.Diagnostic.Code);
        Assert.Contains("11315 x 11315", error.Message, StringComparison.Ordinal);
        Assert.Contains("16000 x 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_horizontal_flip_exchanges_left_and_right()
    {
        var source = Fixtures.Noise(3, 2, 1);
        var flipped = PictureEditor.Apply(source, [new FlipEdit(FlipDirection.Horizontal)]);
        Assert.Equal(Fixtures.Pixel(source, 0, 1), Fixtures.Pixel(flipped, 2, 1));
    }

    [Property]
    public void Turns_and_flips_undo_one_another(byte width, byte height)
    {
        var source = Fixtures.Noise(1 + width % 20, 1 + height % 20, 1);
        foreach (var edits in (Edit[][])
        [
            [new RotateEdit(90), new RotateEdit(270)],
            [new RotateEdit(0)],
            [new RotateEdit(90), new RotateEdit(90), new RotateEdit(180)],
            [new FlipEdit(FlipDirection.Horizontal), new FlipEdit(FlipDirection.Vertical), new RotateEdit(180)],
            [new FlipEdit(FlipDirection.Vertical), new RotateEdit(90), new FlipEdit(FlipDirection.Horizontal), new RotateEdit(270)],
        ])
            Assert.Equal(source.Pixels, PictureEditor.Apply(source, edits).Pixels);
    }
}
