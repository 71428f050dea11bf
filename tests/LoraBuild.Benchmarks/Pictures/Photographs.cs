using LoraBuild.Imaging;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Benchmarks.Pictures;

/// <summary>Made-up photographs: soft shapes of colour under some grain, which compress about as photographs do.</summary>
internal static class Photographs
{
    private const int Waves = 24;

    /// <summary>Writes JPEG files and gives their paths.</summary>
    public static IReadOnlyList<string> WriteJpegs(string folder, int count, int width, int height) =>
        Write(folder, count, width, height, ".jpg");

    /// <summary>Writes PNG files as Normalize does and gives their paths.</summary>
    public static IReadOnlyList<string> WritePngs(string folder, int count, int width, int height) =>
        Write(folder, count, width, height, ".png");

    private static string[] Write(string folder, int count, int width, int height, string extension)
    {
        Directory.CreateDirectory(folder);
        var paths = Enumerable.Range(0, count).Select(i => Path.Combine(folder, $"{i:000}{extension}")).ToArray();
        // A few different ones are enough: neither codec remembers anything.
        const int Different = 4;
        for (var i = 0; i < Math.Min(Different, count); i++)
        {
            var png = Path.Combine(folder, "photograph.png");
            PngEncoder.Encode(Draw(width, height, i), png);
            if (extension == ".png")
                File.Copy(png, paths[i], overwrite: true);
            else
                PictureThumbnail.Write(png, paths[i], Math.Max(width, height));
            File.Delete(png);
        }

        for (var i = Different; i < count; i++)
            File.Copy(paths[i % Different], paths[i], overwrite: true);
        return paths;
    }

    private static Raster Draw(int width, int height, int seed)
    {
        var random = new Random(seed);
        var waves = Enumerable.Range(0, Waves).Select(_ => (
            U: random.NextSingle() * 40 / width, V: random.NextSingle() * 40 / height, Phase: random.NextSingle()
                * 6, Channel: random.Next(3))).ToArray();
        var picture = new Raster(width, height);
        var grain = new byte[width];
        for (var y = 0; y < height; y++)
        {
            var row = picture.Row(y);
            random.NextBytes(grain);
            for (var x = 0; x < width; x++)
            {
                Span<float> colour = [128, 128, 128];
                foreach (var wave in waves)
                    colour[wave.Channel] += 18 * MathF.Sin(wave.U * x + wave.V * y + wave.Phase);
                for (var channel = 0; channel < 3; channel++)
                    row[x * 4 + channel] = (byte)Math.Clamp(colour[channel] + grain[x] / 32f - 4, 0, 255);
                row[x * 4 + 3] = 255;
            }
        }

        return picture;
    }
}
