using LoraBuild.Core.Settings;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Training.Data;

namespace LoraBuild.Training.Tests.Loading;

public class BatchLoaderTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(8, false)]
    public void However_many_workers_make_them_the_batches_are_the_same(int workers, bool keepPictures)
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { ColorAug = true, FlipAug = true, CaptionTagDropoutRate = 0.5 };

        var expected = Batches(folder, settings, 0);
        var batches = Batches(folder, settings with { MaxDataLoaderNWorkers = workers, PersistentDataLoaderWorkers = keepPictures }, 0);

        Assert.Equal(expected, batches);
        // A loader that starts later goes on as one that was there from the start.
        Assert.Equal(expected[7..], Batches(folder, settings with { MaxDataLoaderNWorkers = workers }, 7));
    }

    private static List<string> Batches(TemporaryFolder folder, TrainingSettings settings, int start)
    {
        var job = SmallDataset.Job(folder, settings);
        var dataset = TrainingDataset.Create(job.DatasetFolder, job.Manifest, settings);
        var pictures = new PictureCache(1 << 24);
        var samples = new SampleFactory(new(pictures), ClipTokenizer.Load(job.Tokenizer!), settings, latentChannels: 4, reduction: 8);
        var end = 2 * dataset.BatchesPerEpoch;
        using var loader = new BatchLoader(dataset, samples, pictures, settings, start, end);
        return [.. Enumerable.Range(start, end - start).Select(_ => Describe(loader.Take()))];
    }

    private static string Describe(TrainingBatch batch) => $"{batch.Step} {batch.Size} " + string.Join(' ', batch.Samples.Select(sample =>
        $"{sample.View} {string.Join(',', sample.Tokens[0])} {sample.Timestep} {sample.Noise![0]} {sample.Pixels!.Sum()}"));
}
