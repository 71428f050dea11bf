using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Settings;
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

    [Fact]
    public void What_a_step_waits_counts_from_the_second_batch_on()
    {
        using var folder = new TemporaryFolder();
        // Without workers each batch is made while the step waits.
        using var loader = Loader(folder, SmallDataset.Settings with { MaxDataLoaderNWorkers = 0 }, 0, out _);

        loader.Take();
        var first = loader.Waited;
        loader.Take();

        Assert.Equal(TimeSpan.Zero, first);
        Assert.True(loader.Waited > TimeSpan.Zero);
    }

    private static List<string> Batches(TemporaryFolder folder, TrainingSettings settings, int start)
    {
        using var loader = Loader(folder, settings, start, out var end);
        return [.. Enumerable.Range(start, end - start).Select(_ => Describe(loader.Take()))];
    }

    // Over two epochs.
    private static BatchLoader Loader(TemporaryFolder folder, TrainingSettings settings, int start, out int end)
    {
        var job = SmallDataset.Job(folder, settings);
        var dataset = TrainingDataset.Create(job.DatasetFolder, job.Manifest, settings);
        var pictures = new PictureCache(1 << 24);
        var samples = new SampleFactory(new(pictures), TestData.Miniature, settings);
        end = 2 * dataset.BatchesPerEpoch;
        return new(dataset, samples, pictures, settings, start, end);
    }

    private static string Describe(TrainingBatch batch) => $"{batch.Step} {batch.Size} " + string.Join(' ', batch.Samples.Select(sample =>
        $"{sample.View} {string.Join(',', ((ClipText)sample.Text).Chunks[0])} {sample.Timestep} {sample.Noise![0]} "
        + $"{sample.Pixels!.Sum()}"));
}
