using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Settings;
using LoraBuild.Training.Captions;
using LoraBuild.Training.Data;

namespace LoraBuild.Training.Tests.Loading;

public class SampleFactoryTests
{
    private static readonly CaptionMoment Start = new(0, 100, 1);

    private static readonly ClipTokenizer Tokenizer = ClipTokenizer.Load(TestData.PathOf("mini-sd", "tokenizer"));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_picture_is_resized_and_cropped_to_sd_scripts_pixels(int index)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var golden = TestData.Open("golden-resize.safetensors");
        var (source, expected) = (golden.Load($"{index}.in"), golden.Load($"{index}.out_norm"));
        var resized = golden.Load($"{index}.resized_wh").data<int>().ToArray();
        PngEncoder.Encode(Raster(source), folder.File("a.png"));
        var bucket = new PixelSize((int)expected.shape[2], (int)expected.shape[1]);
        var picture = new TrainingPicture(0, folder.File("a.png"), "a.png", "aoi", 1, new(bucket, new(resized[0], resized[1]), 0));

        var sample = Factory(new() { RandomCrop = false }).Create(picture, step: 0, place: 0, Start);

        Assert.Equal(0, (tensor(sample.Pixels!).view(expected.shape) - expected).abs().max().item<float>(), 1e-6);
    }

    [Fact]
    public void A_sample_depends_on_step_and_place_alone()
    {
        using var folder = new TemporaryFolder();
        var picture = Gradient(folder);
        var once = Factory(new());
        var samples = Enumerable.Range(0, 40).AsParallel().AsOrdered().Select(i => once.Create(picture, i / 4, i % 4, Start)).ToList();

        var again = Factory(new());
        Assert.All(Enumerable.Range(0, 40).Reverse(), i =>
        {
            var sample = again.Create(picture, i / 4, i % 4, Start);
            Assert.Equal((samples[i].View, samples[i].Timestep), (sample.View, sample.Timestep));
            Assert.Equal(samples[i].Noise, sample.Noise);
            Assert.Equal(samples[i].PosteriorNoise, sample.PosteriorNoise);
            Assert.Equal(samples[i].Pixels, sample.Pixels!);
            Assert.Equal(TextOf(samples[i]).Chunks, TextOf(sample).Chunks);
        });
        Assert.Equal(40, samples.Select(sample => sample.Noise![0]).Distinct().Count());
        Assert.True(samples.Select(sample => sample.Timestep).Distinct().Count() > 30);
    }

    [Fact]
    public void A_random_crop_reaches_every_place_and_a_mirrored_view_shows_its_rows_backwards()
    {
        using var folder = new TemporaryFolder();
        var picture = Gradient(folder);
        var factory = Factory(new() { FlipAug = true });

        var samples = Enumerable.Range(0, 400).Select(step => factory.Create(picture, step, 0, Start)).ToList();

        Assert.Equal(Enumerable.Range(0, 9), samples.Select(sample => sample.View.Left).Distinct().Order());
        Assert.Equal([0, 1, 2], samples.Select(sample => sample.View.Top).Distinct().Order());
        Assert.InRange(samples.Count(sample => sample.View.Mirrored), 150, 250);
        // The picture's red is its column, so the first and last pixel of a row tell the view.
        Assert.All(samples, sample =>
        {
            var (first, last) = (sample.View.Left, sample.View.Left + 31);
            var (left, right) = sample.View.Mirrored ? (last, first) : (first, last);
            Assert.Equal(
                (left, right), ((int)Math.Round((sample.Pixels![0] + 1) * 127.5), (int)Math.Round((sample.Pixels![31] + 1) * 127.5)));
        });
    }

    [Fact]
    public void Noise_is_offset_channel_by_channel()
    {
        using var folder = new TemporaryFolder();
        var picture = Gradient(folder);
        var (with, without) =
            (Factory(new() { NoiseOffset = 0.5 }).Create(picture, 3, 1, Start).Noise, Factory(new() { NoiseOffset = 0 })
                .Create(picture, 3, 1, Start).Noise);

        var offsets = with!.Zip(without!, (a, b) => a - b).Chunk(16).ToList();

        Assert.Equal(4, offsets.Count);
        Assert.All(offsets, channel => Assert.InRange(channel.Max() - channel.Min(), 0, 1e-6f));
        Assert.Equal(4, offsets.Select(channel => channel[0]).Distinct().Count());
    }

    [Fact]
    public void Captions_are_weighted_where_the_author_wants_it()
    {
        using var folder = new TemporaryFolder();
        var picture = Gradient(folder) with { Caption = "aoi, (smile:1.5)" };
        var settings = new TrainingSettings { ShuffleCaption = false };

        var plain = Factory(settings).Create(picture, 0, 0, Start);
        var weighted = Factory(settings with { WeightedCaptions = true }).Create(picture, 0, 0, Start);

        Assert.Equal(Tokenizer.Encode("aoi, (smile:1.5)", 225), TextOf(plain).Chunks);
        Assert.Null(TextOf(plain).Weights);
        Assert.Equal(Tokenizer.Encode("aoi, smile", 225), TextOf(weighted).Chunks);
        Assert.Contains(1.5f, TextOf(weighted).Weights![0]);
    }

    [Fact]
    public void Colours_change_in_a_third_of_the_samples()
    {
        using var folder = new TemporaryFolder();
        var picture = Gradient(folder);
        var factory = Factory(new() { ColorAug = true, RandomCrop = false });
        var plain = Factory(new() { RandomCrop = false }).Create(picture, 0, 0, Start);

        var samples = Enumerable.Range(0, 300).Select(step => factory.Create(picture, step, 0, Start)).ToList();

        Assert.InRange(samples.Count(sample => sample.View.Colours != ColourChange.None), 70, 130);
        Assert.All(
            samples.Where(sample => sample.View.Colours == ColourChange.None), sample => Assert.Equal(plain.Pixels!, sample.Pixels!));
        Assert.All(
            samples.Where(sample => Math.Abs(sample.View.Colours.Hue) > 4), sample => Assert.NotEqual(plain.Pixels!, sample.Pixels!));
    }

    private static SampleFactory Factory(TrainingSettings settings) => new(new(new PictureCache(1 << 20)), TestData.Miniature, settings);

    private static ClipText TextOf(TrainingSample sample) => (ClipText)sample.Text;

    private static TrainingPicture Gradient(TemporaryFolder folder)
    {
        var raster = new Raster(40, 34);
        for (var i = 0; i < raster.Pixels.Length; i++)
            raster.Pixels[i] = (i % 4) switch { 0 => (byte)(i / 4 % 40), 3 => 255, _ => (byte)(i / 160) };
        PngEncoder.Encode(raster, folder.File("gradient.png"));
        return new(
            0, folder.File("gradient.png"), "gradient.png", "aoi, smile, white shirt, black hair", 1, new(new(32, 32), new(40, 34), 0));
    }

    private static Raster Raster(Tensor source)
    {
        var pixels = source.data<byte>().ToArray();
        var raster = new Raster((int)source.shape[1], (int)source.shape[0]);
        for (var i = 0; i < pixels.Length / 3; i++)
            (raster.Pixels[4 * i], raster.Pixels[(4 * i) + 1], raster.Pixels[(4 * i) + 2], raster.Pixels[(4 * i) + 3]) =
                (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2], 255);
        return raster;
    }
}
