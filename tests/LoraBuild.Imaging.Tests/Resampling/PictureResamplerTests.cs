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
}
