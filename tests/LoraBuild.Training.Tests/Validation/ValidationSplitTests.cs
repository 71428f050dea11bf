using LoraBuild.Dataset.Manifest;
using LoraBuild.Settings;
using LoraBuild.Training.Validation;

namespace LoraBuild.Training.Tests.Validation;

public class ValidationSplitTests
{
    private static readonly DatasetManifest Manifest =
        new(["aoi"], [Group("16_aoi", 16, 11), Group("4_aoi", 4, 3), Group("1_girl", 1, 20, true)]);

    [Fact]
    public void Each_group_gives_its_share_and_no_picture_is_in_both()
    {
        var (training, validation) = ValidationSplit.Of(Manifest, new() { ValidationSplit = 0.2 });

        Assert.Equal([("16_aoi", 9, 16), ("4_aoi", 3, 4), ("1_girl", 20, 1)], training.Groups.Select(group => (
            group.Folder, group.Pictures.Count, group.Repeats)));
        Assert.Equal([("16_aoi", 2, 1)], validation.Groups.Select(group => (group.Folder, group.Pictures.Count, group.Repeats)));
        var all = training.Groups[0].Pictures.Concat(validation.Groups[0].Pictures).Select(picture => picture.File);
        Assert.Equal(Manifest.Groups[0].Pictures.Select(picture => picture.File).Order(), all.Order());
    }

    [Fact]
    public void Its_own_seed_chooses_other_pictures()
    {
        var settings = new TrainingSettings { ValidationSplit = 0.5 };

        var chosen = Enumerable.Range(0, 5).Select(seed => Measured(settings with { ValidationSeed = seed })).ToList();

        Assert.True(chosen.Distinct().Count() > 1);
        Assert.Equal(Measured(settings with { Seed = 3 }), Measured(settings with { ValidationSeed = 3 }));
    }

    [Fact]
    public void Without_a_split_everything_is_trained()
    {
        var (training, validation) = ValidationSplit.Of(Manifest, new());

        Assert.Equal(Manifest.SamplesPerEpoch, training.SamplesPerEpoch);
        Assert.Empty(validation.Groups);
    }

    private static string Measured(TrainingSettings settings) =>
        string.Join(' ', ValidationSplit.Of(Manifest, settings).Validation.Groups[0].Pictures.Select(picture => picture.File));

    private static DatasetGroup Group(string folder, int repeats, int count, bool isRegularization = false) => new(
        folder, repeats, [.. Enumerable.Range(0, count).Select(i => new DatasetPicture($"{i:00}.png", "", 512, 512, "aoi", "", null))],
        isRegularization);
}
