using FsCheck.Xunit;
using LoraBuild.Base.Randomness;
using LoraBuild.Training.Data;

namespace LoraBuild.Training.Tests.Loading;

public class ColourChangeTests
{
    [Fact]
    public void A_third_change_and_both_kinds_are_as_likely()
    {
        var drawn = Enumerable.Range(0, 30_000).Select(seed => ColourChange.Draw(new CounterRandom(seed))).ToList();

        var (hues, exponents) = (drawn.Where(change => change.Hue != 0).ToList(), drawn.Where(change => change.Exponent != 1).ToList());
        Assert.InRange(hues.Count, 4_700, 5_200);
        Assert.InRange(exponents.Count, 4_700, 5_200);
        Assert.All(drawn, change => Assert.True(Math.Abs(change.Hue) <= 16 && change.Exponent is >= 0.95 and <= 1.05));
        Assert.True(hues.Min(change => change.Hue) < -15.9 && hues.Max(change => change.Hue) > 15.9);
    }

    [Theory]
    [InlineData(0, 255, 0, 0)]
    [InlineData(60, 255, 255, 0)]
    [InlineData(120, 0, 255, 0)]
    [InlineData(-120, 0, 0, 255)]
    [InlineData(-15, 255, 0, 64)]
    [InlineData(360, 255, 0, 0)]
    public void A_turned_hue_keeps_brightness_and_saturation(double degrees, byte red, byte green, byte blue)
    {
        byte[] pixel = [255, 0, 0, 77];

        new ColourChange(degrees, 1).Apply(pixel);

        Assert.Equal([red, green, blue, 77], pixel);
    }

    [Property]
    public bool Turned_forth_and_back_a_colour_is_as_before(byte red, byte green, byte blue, byte turn)
    {
        var degrees = (turn / 8.0) - 16;
        byte[] pixel = [red, green, blue, 255];

        new ColourChange(degrees, 1).Apply(pixel);
        new ColourChange(-degrees, 1).Apply(pixel);

        return Near(pixel[0], red) && Near(pixel[1], green) && Near(pixel[2], blue);

        static bool Near(byte a, byte b) => Math.Abs(a - b) <= 2;
    }

    [Fact]
    public void Grey_has_no_hue()
    {
        byte[] pixel = [90, 90, 90, 255];

        new ColourChange(16, 1).Apply(pixel);

        Assert.Equal([90, 90, 90, 255], pixel);
    }

    [Fact]
    public void Values_from_0_to_255_are_raised_and_cut()
    {
        byte[] pixel = [200, 255, 1, 200];

        new ColourChange(0, 1.05).Apply(pixel);

        // 200^1.05 = 260.7, 255^1.05 = 336.4
        Assert.Equal([255, 255, 1, 200], pixel);

        pixel = [200, 100, 0, 200];
        new ColourChange(0, 0.95).Apply(pixel);
        Assert.Equal([153, 79, 0, 200], pixel);
    }
}
