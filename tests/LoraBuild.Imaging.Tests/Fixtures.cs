using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests;

/// <summary>Data/quadrants: 32 x 24 pixels, red and green above blue and pale, in many formats; made with PIL.</summary>
internal static class Fixtures
{
    public static readonly (byte R, byte G, byte B) Red = (220, 40, 30);
    public static readonly (byte R, byte G, byte B) Green = (40, 200, 60);
    public static readonly (byte R, byte G, byte B) Blue = (30, 60, 210);
    public static readonly (byte R, byte G, byte B) Pale = (240, 235, 225);

    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Data", "quadrants", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path(name));

    public static (byte R, byte G, byte B, byte A) Pixel(Raster picture, int x, int y)
    {
        var pixel = picture.Row(y).Slice(x * 4, 4);
        return (pixel[0], pixel[1], pixel[2], pixel[3]);
    }

    /// <summary>An opaque raster of one colour.</summary>
    public static Raster Plain(int width, int height, byte value)
    {
        var raster = new Raster(width, height);
        Array.Fill(raster.Pixels, value);
        for (var i = 3; i < raster.Pixels.Length; i += 4)
            raster.Pixels[i] = 255;
        return raster;
    }

    /// <summary>An opaque raster of random pixels, the same for the same seed.</summary>
    public static Raster Noise(int width, int height, int seed)
    {
        var raster = new Raster(width, height);
        new Random(seed).NextBytes(raster.Pixels);
        for (var i = 3; i < raster.Pixels.Length; i += 4)
            raster.Pixels[i] = 255;
        return raster;
    }
}
