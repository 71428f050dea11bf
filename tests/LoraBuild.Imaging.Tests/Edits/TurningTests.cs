using FsCheck.Xunit;
using LoraBuild.Core.Edits;
using LoraBuild.Imaging.Edits;

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
            [new RotateEdit(90), new RotateEdit(90), new RotateEdit(180)],
            [new FlipEdit(FlipDirection.Horizontal), new FlipEdit(FlipDirection.Vertical), new RotateEdit(180)],
            [new FlipEdit(FlipDirection.Vertical), new RotateEdit(90), new FlipEdit(FlipDirection.Horizontal), new RotateEdit(270)],
        ])
            Assert.Equal(source.Pixels, PictureEditor.Apply(source, edits).Pixels);
    }
}
