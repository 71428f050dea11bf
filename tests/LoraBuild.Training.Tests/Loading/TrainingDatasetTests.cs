using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Training.Data;

namespace LoraBuild.Training.Tests.Loading;

public class TrainingDatasetTests
{
    private static readonly DatasetManifest Manifest = new(
        ["aoi"],
        [
            new("16_aoi", 16, [Picture("a", 1024, 1024), Picture("b", 700, 1000), Picture("c", 1000, 700)]),
            new("4_aoi", 4, [Picture("d", 701, 1000), Picture("e", 1024, 1024)]),
        ]);

    [Fact]
    public void An_epoch_shows_each_picture_as_often_as_it_repeats()
    {
        var dataset = TrainingDataset.Create("dataset", Manifest, new());

        var shown = dataset.BatchesOf(0).SelectMany(batch => batch).CountBy(picture => picture).ToDictionary();

        Assert.Equal([16, 16, 16, 4, 4], Enumerable.Range(0, 5).Select(picture => shown[picture]));
        Assert.Equal(dataset.BatchesPerEpoch, dataset.BatchesOf(0).Count);
    }

    [Fact]
    public void Batches_never_mix_buckets_and_only_the_last_of_a_bucket_is_small()
    {
        var dataset = TrainingDataset.Create("dataset", Manifest, new() { TrainBatchSize = 3 });

        var batches = dataset.BatchesOf(5);

        Assert.All(batches, batch => Assert.Single(batch.Select(picture => dataset.Pictures[picture].Placement.Bucket).Distinct()));
        Assert.True(dataset.Buckets.Count >= 3);
        Assert.Equal(dataset.Buckets.Count(bucket => bucket.Samples.Count % 3 != 0), batches.Count(batch => batch.Length < 3));
    }

    [Fact]
    public void Epochs_and_seeds_have_orders_of_their_own_and_the_same_ones_each_time()
    {
        var orders = new[] { Order(seed: 42, epoch: 0), Order(42, 1), Order(7, 0) };

        Assert.Equal(3, orders.Distinct().Count());
        Assert.Equal(orders[0], Order(42, 0));

        static string Order(int seed, int epoch) =>
            string.Join(
                ';', TrainingDataset.Create("dataset", Manifest, new() { Seed = seed }).BatchesOf(epoch)
                    .Select(batch => string.Join(',', batch)));
    }

    [Fact]
    public void A_picture_that_fits_no_bucket_is_named_by_its_source()
    {
        var manifest = new DatasetManifest(["aoi"], [new("1_aoi", 1, [Picture("thin", 3000, 20)])]);

        var problem = Assert.Throws<LoraBuildException>(() => TrainingDataset.Create("dataset", manifest, new())).Diagnostic;

        Assert.Equal((DiagnosticCode.PictureTooSmall, "images/thin.jpg"), (problem.Code, problem.File));
    }

    [Fact]
    public void An_empty_dataset_is_an_error() =>
        Assert.Equal(
            DiagnosticCode.NoPictures,
            Assert.Throws<LoraBuildException>(() => TrainingDataset.Create("dataset", new(["aoi"], []), new())).Diagnostic.Code);

    private static DatasetPicture Picture(string name, int width, int height) =>
        new($"{name}.png", "", width, height, "aoi", $"images/{name}.jpg", null);
}
