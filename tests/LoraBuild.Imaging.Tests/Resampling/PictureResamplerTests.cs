using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Edits;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Imaging.Tests.Resampling;

public sealed class PictureResamplerTests
{
    private static readonly GoldenTensors Golden = new(Path.Combine(AppContext.BaseDirectory, "Data", "golden-resize.safetensors"));

    /// <summary>Resized sizes of sd-scripts for the golden pictures, before the centre crop to the bucket.</summary>
    [Theory]
    [InlineData(0, 96, 64)]
    [InlineData(1, 85, 64)]
    [InlineData(2, 64, 77)]
    [InlineData(3, 64, 128)]
    [InlineData(4, 64, 64)]
    public void Resizing_and_trimming_gives_the_pixels_of_sd_scripts(int picture, int width, int height)
    {
        var expected = Golden.Rgb($"{picture}.out");
        var resized = PictureResampler.Resize(Golden.Rgb($"{picture}.in"), width, height);
        var trimmed = resized.Crop((width - expected.Width) / 2, (height - expected.Height) / 2, expected.Width, expected.Height);
        Assert.Equal(expected.Pixels, trimmed.Pixels);
    }

    [Theory]
    [InlineData(60, 44, 30, 22)]
    [InlineData(60, 44, 20, 11)]
    [InlineData(60, 44, 60, 11)]
    public void Shrinking_by_integers_is_the_mean_of_the_pixels(int width, int height, int smallWidth, int smallHeight)
    {
        var source = Fixtures.Noise(width, height, 3);
        var small = AreaResampler.Resize(source, smallWidth, smallHeight);
        int across = width / smallWidth, down = height / smallHeight;
        for (var y = 0; y < smallHeight; y++)
        {
            for (var x = 0; x < smallWidth; x++)
            {
                var sum = 0.0;
                for (var i = 0; i < across * down; i++)
                    sum += Fixtures.Pixel(source, x * across + i % across, y * down + i / across).G;
                Assert.InRange(Fixtures.Pixel(small, x, y).G - sum / (across * down), -0.501, 0.501);
            }
        }
    }

    /// <summary>The rows of a square that are all white are weighed once; what comes out is the same to the bit.</summary>
    [Theory]
    [InlineData(64, 20, 16)]
    [InlineData(64, 21, 15)]
    [InlineData(61, 7, 13)]
    [InlineData(20, 64, 15)]
    public void A_square_that_is_never_made_shrinks_like_one_that_is(int width, int height, int side)
    {
        var source = Fixtures.Noise(width, height, 3).WithoutAlpha();
        var square = PictureEditor.Apply(source, [new PadEdit(null, 0xFFFFFF)]);
        Assert.Equal(AreaResampler.Resize(square, side, side).Pixels, AreaResampler.ResizeSquare(source, side).Pixels);
    }

    /// <summary>Pixel by pixel its square would have 90 billion.</summary>
    [Fact]
    public void A_panorama_becomes_a_square()
    {
        var square = AreaResampler.ResizeSquare(Fixtures.Plain(300_000, 3, 0), 448);
        Assert.Equal((255, 255, 255, 255), Fixtures.Pixel(square, 7, 0));
        // Two black lines of the 669.6 that this row stands for.
        Assert.Equal((254, 254, 254, 255), Fixtures.Pixel(square, 7, 223));
    }

    [Theory]
    [InlineData(37, 23, 36, 22)]
    [InlineData(37, 23, 5, 23)]
    [InlineData(37, 23, 74, 46)]
    [InlineData(37, 23, 100, 3)]
    [InlineData(1, 1, 9, 9)]
    public void A_plain_picture_stays_plain_at_any_size(int width, int height, int newWidth, int newHeight)
    {
        foreach (var value in (byte[])[0, 1, 127, 254, 255])
            Assert.Equal(
                Fixtures.Plain(newWidth, newHeight, value).Pixels,
                PictureResampler.Resize(Fixtures.Plain(width, height, value), newWidth, newHeight).Pixels);
    }

    [Fact]
    public void A_picture_of_the_wanted_size_is_returned_itself()
    {
        var source = Fixtures.Noise(5, 6, 1);
        Assert.Same(source, PictureResampler.Resize(source, 5, 6));
    }
}
