using FsCheck;
using FsCheck.Xunit;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Training.Data;

namespace LoraBuild.Training.Tests.Loading;

public class RegularizationPairingTests
{
    [Theory]
    [InlineData("2x3 | 1x2", "2 2 2 3 3")]
    [InlineData("2x3 | 1x4", "2 2 2 2 2 1 1")]
    [InlineData("1x2 | 4x3", "1 1 4")]
    [InlineData("3x2 | 1x6", "3 3 1 1 1 1 1 1")]
    [InlineData("3x1 | 1x9", "3 1 1 1")]
    [InlineData("3x1", "3")]
    public void Regularisation_images_are_shown_as_often_as_hers(string groups, string repeats) => Assert.Equal(
        repeats, string.Join(' ', TrainingDataset.Create("dataset", Manifest(groups), new()).Pictures.Select(picture => picture.Repeats)));

    [Property]
    public bool There_are_at_least_as_many_and_at_most_one_picture_s_repeats_more(byte hers, byte others, byte repeats)
    {
        var (pictures, regularization, each) = ((hers % 40) + 1, (others % 40) + 1, (repeats % 5) + 1);
        var dataset = TrainingDataset.Create("dataset", Manifest($"3x{pictures} | {each}x{regularization}"), new());

        var shown = dataset.Pictures.Where(picture => picture.IsRegularization).Sum(picture => picture.Repeats);

        return shown >= 3 * pictures && shown < (3 * pictures) + each && dataset.SamplesPerEpoch == (3 * pictures) + shown;
    }

    [Fact]
    public void They_share_buckets_and_batches_with_hers()
    {
        var dataset = TrainingDataset.Create("dataset", Manifest("1x8 | 1x8"), new() { TrainBatchSize = 4 });

        Assert.Equal(16, Assert.Single(dataset.Buckets).Samples.Count);
        Assert.Contains(
            dataset.BatchesOf(0), batch => batch.Select(picture => dataset.Pictures[picture].IsRegularization).Distinct().Count() == 2);
    }

    private static DatasetManifest Manifest(string groups) => new(["aoi"], [.. groups.Split(" | ").Select((group, i) =>
    {
        var (repeats, count) = (int.Parse(group.Split('x')[0]), int.Parse(group.Split('x')[1]));
        return new DatasetGroup(
            $"{repeats}_{i}",
            repeats,
            [.. Enumerable.Range(0, count)
                .Select(j => new DatasetPicture($"{i}-{j:000}.png", "", 768, 768, "aoi", $"images/{i}-{j}.jpg", null))],
            IsRegularization: i == 1);
    })]);
}
