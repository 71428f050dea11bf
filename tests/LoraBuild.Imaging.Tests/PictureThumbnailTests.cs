using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests;

public sealed class PictureThumbnailTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(600, 300, 100, 100, 50)]
    [InlineData(300, 600, 100, 50, 100)]
    [InlineData(1000, 2, 100, 100, 1)]
    [InlineData(40, 30, 100, 40, 30)]
    public void The_longer_side_shrinks_to_the_side_wanted_and_never_grows(
        int width, int height, int side, int expectedWidth, int expectedHeight)
    {
        var thumbnail = Thumbnail(new Raster(width, height), side);
        Assert.Equal((expectedWidth, expectedHeight), (thumbnail.Width, thumbnail.Height));
    }

    [Fact]
    public void Colours_stay_where_they_are()
    {
        var picture = new Raster(200, 100);
        for (var i = 0; i < picture.Pixels.Length; i += 4)
            (picture.Pixels[i % picture.Stride < picture.Stride / 2 ? i : i + 2], picture.Pixels[i + 3]) = (255, 255);

        var thumbnail = Thumbnail(picture, 50);

        var left = thumbnail.Row(12)[..4];
        var right = thumbnail.Row(12)[^4..];
        Assert.True(left[0] > 240 && left[2] < 15, string.Join(' ', left.ToArray()));
        Assert.True(right[2] > 240 && right[0] < 15, string.Join(' ', right.ToArray()));
    }

    [Fact]
    public void The_same_pixels_give_the_same_bytes()
    {
        Thumbnail(new Raster(300, 200), 80, "one.jpg");
        Thumbnail(new Raster(300, 200), 80, "two.jpg");
        Assert.Equal(File.ReadAllBytes(folder["one.jpg"]), File.ReadAllBytes(folder["two.jpg"]));
    }

    private Raster Thumbnail(Raster picture, int side, string name = "small.jpg")
    {
        PngEncoder.Encode(picture.Flatten(0xFFFFFF), folder["picture.png"]);
        PictureThumbnail.Write(folder["picture.png"], folder[name], side);
        return PictureDecoder.Decode(folder[name]).Raster;
    }
}
