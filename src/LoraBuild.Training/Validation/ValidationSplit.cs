using LoraBuild.Base.Randomness;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Settings;

namespace LoraBuild.Training.Validation;

/// <summary>
/// <c>validation_split</c>: the share of each group's pictures that is measured instead of trained on, rounded down, chosen by
/// <c>validation_seed</c>. Regularisation images are all trained on.
/// </summary>
public static class ValidationSplit
{
    /// <summary>Both parts; pictures keep their order, and measured ones count once.</summary>
    public static (DatasetManifest Training, DatasetManifest Validation) Of(DatasetManifest manifest, TrainingSettings settings)
    {
        var (training, validation) = (new List<DatasetGroup>(), new List<DatasetGroup>());
        for (var i = 0; i < manifest.Groups.Count; i++)
        {
            var group = manifest.Groups[i];
            var count = group.IsRegularization ? 0 : (int)(group.Pictures.Count * settings.ValidationSplit);
            int[] order = [.. Enumerable.Range(0, group.Pictures.Count)];
            new CounterRandom(settings.ValidationSeed ?? settings.Seed, (long)RandomPurpose.ValidationSplit, i).Shuffle<int>(order);
            var measured = order.Take(count).ToHashSet();
            training.Add(group with { Pictures = [.. group.Pictures.Where((_, picture) => !measured.Contains(picture))] });
            if (count > 0)
                validation.Add(group with { Pictures = [.. group.Pictures.Where((_, picture) => measured.Contains(picture))], Repeats = 1 });
        }

        return (manifest with { Groups = training }, manifest with { Groups = validation });
    }
}
