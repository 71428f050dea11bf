using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Imaging.Edits;
using LoraBuild.Imaging.Hashing;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Imaging.Tests.Hashing;

public sealed class PerceptualHasherTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_smaller_brighter_or_noisier_copy_is_near()
    {
        var picture = Scene(1);
        var hash = PerceptualHasher.Of(picture);
        Assert.InRange(hash.DistanceTo(PerceptualHasher.Of(PictureResampler.Resize(picture, 150, 110))), 0, 4);
        Assert.InRange(hash.DistanceTo(PerceptualHasher.Of(Changed(picture, (value, _) => value * 0.8 + 20))), 0, 4);
        Assert.InRange(hash.DistanceTo(PerceptualHasher.Of(Changed(picture, (value, i) => value + i * 7919 % 17 - 8))), 0, 4);
    }

    [Fact]
    public void Another_or_a_turned_picture_is_far()
    {
        var hash = PerceptualHasher.Of(Scene(1));
        Assert.InRange(hash.DistanceTo(PerceptualHasher.Of(Scene(2))), 12, 64);
        Assert.InRange(hash.DistanceTo(PerceptualHasher.Of(Turning.Rotate(Scene(1), 180))), 12, 64);
    }

    [Fact]
    public void A_frequency_alone_sets_its_bit()
    {
        // Half a wave across is frequency 1 across; the eighth bit onwards belong to the next frequency down.
        var picture = Fixtures.Plain(64, 64, 0);
        for (var i = 0; i < picture.Pixels.Length; i += 4)
            picture.Pixels.AsSpan(i, 3)
                .Fill((byte)(128 + 100 * Math.Cos(Math.PI * (i / 4 % 64 + 0.5) / 64) * Math.Cos(2 * Math.PI * (i / 256 + 0.5) / 64)));
        Assert.Equal(1UL << 8, PerceptualHasher.Of(picture).Bits & (1UL << 8));
    }

    [Fact]
    public void Plain_and_tiny_pictures_have_a_hash()
    {
        Assert.Equal(new PerceptualHash(0), PerceptualHasher.Of(Fixtures.Plain(40, 50, 200)));
        Assert.Equal(new PerceptualHash(0), PerceptualHasher.Of(Fixtures.Plain(1, 1, 7)));
        Assert.Equal(PerceptualHasher.Of(Fixtures.Noise(5, 200, 1)), PerceptualHasher.Of(Fixtures.Noise(5, 200, 1)));
    }

    [Fact]
    public void A_normalized_picture_comes_with_its_size_and_hash()
    {
        var facts = PictureNormalizer.Normalize(Fixtures.Path("rgb.jpg"), [], folder["out.png"]).FactsOf("id").ToFacts();
        var read = PictureFacts.Of("id", facts);
        Assert.Equal((32, 24), (read.Width, read.Height));
        Assert.Equal(PngHeader.ReadSize(folder["out.png"]), new(read.Width, read.Height));
        Assert.Equal(PerceptualHasher.Of(PictureDecoder.Decode(folder["out.png"]).Raster).ToString(), read.Hash);
        Assert.Throws<LoraBuildException>(() => PictureFacts.Of("id", new Dictionary<string, string>()));
    }

    private static Raster Changed(Raster picture, Func<double, int, double> change)
    {
        var changed = new Raster(picture.Width, picture.Height, (byte[])picture.Pixels.Clone());
        for (var i = 0; i < changed.Pixels.Length; i++)
        {
            if (i % 4 < 3)
                changed.Pixels[i] = (byte)Math.Clamp(change(changed.Pixels[i], i), 0, 255);
        }

        return changed;
    }

    /// <summary>Some soft waves: a picture with a composition.</summary>
    private static Raster Scene(int seed)
    {
        var random = new Random(seed);
        var waves = Enumerable.Range(0, 12).Select(_ =>
            (U: random.Next(0, 6), V: random.Next(0, 6), Height: 10 + 20 * random.NextDouble(), Phase: 6 * random.NextDouble())).ToList();
        var picture = Fixtures.Plain(300, 220, 0);
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var value = 128 + waves.Sum(wave => wave.Height * Math.Cos(wave.Phase + 3 * (wave.U * x / 300.0 + wave.V * y / 220.0)));
                picture.Row(y).Slice(x * 4, 3).Fill((byte)Math.Clamp(value, 0, 255));
            }
        }

        return picture;
    }
}
