using LoraBuild.Base.Randomness;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Settings;
using LoraBuild.Training.Data;
using LoraBuild.Training.Randomness;

namespace LoraBuild.Training.Validation;

/// <summary>
/// Pictures to measure the loss with besides training. Each is cut from its middle, with its caption as it is, at sd-scripts' four
/// timesteps, with the same noise each time. The set draws from streams of its own, so the training is the same with and without it.
/// </summary>
public sealed class ValidationSet(TrainingDataset dataset, SampleFactory samples, TrainingSettings settings)
{
    private const int Timesteps = 4;

    /// <summary>The settings that its samples are made with: nothing about them is random but their noise.</summary>
    public static TrainingSettings SettingsFor(TrainingSettings settings) => settings with
    {
        Seed = settings.ValidationSeed ?? settings.Seed,
        RandomCrop = false,
        FlipAug = false,
        ColorAug = false,
        ShuffleCaption = false,
        CaptionDropoutRate = 0,
        CaptionDropoutEveryNEpochs = 0,
        CaptionTagDropoutRate = 0,
        TokenWarmupStep = 0,
    };

    /// <summary>The batches: each picture four times, evenly over the timesteps that are trained.</summary>
    public IEnumerable<TrainingBatch> Batches()
    {
        foreach (var picture in dataset.Pictures.Take(settings.MaxValidationSteps ?? int.MaxValue))
        {
            // Steps below 0 are no training's.
            var step = -1 - picture.Index;
            yield return new(step, picture.Placement.Bucket, [.. Enumerable.Range(
                0, Timesteps).Select(place => samples.Create(picture, step, place, new(0, 1, 1)) with
            {
                Timestep = settings.MinTimestep + ((settings.MaxTimestep - settings.MinTimestep) * (place + 1) / (Timesteps + 1)),
            })]);
        }
    }

    /// <summary>True if a measurement is due after so many steps.</summary>
    /// <param name="steps">Steps done.</param>
    /// <param name="stepsPerEpoch">Steps in one pass over the data.</param>
    public bool IsDue(int steps, int stepsPerEpoch) =>
        (steps % stepsPerEpoch == 0 && steps / stepsPerEpoch % (settings.ValidateEveryNEpochs ?? 1) == 0)
            || steps % settings.ValidateEveryNSteps == 0;
}

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
                validation.Add(
                    group with { Pictures = [.. group.Pictures.Where((_, picture) => measured.Contains(picture))], Repeats = 1 });
        }

        return (manifest with { Groups = training }, manifest with { Groups = validation });
    }
}
