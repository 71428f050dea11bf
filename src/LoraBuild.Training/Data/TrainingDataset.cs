using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Randomness;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Settings;
using LoraBuild.Settings.Buckets;

namespace LoraBuild.Training.Data;

/// <summary>The pictures in their buckets, and the order in which each epoch shows them.</summary>
public sealed class TrainingDataset
{
    private readonly int batchSize;
    private readonly long seed;

    private TrainingDataset(IReadOnlyList<TrainingPicture> pictures, TrainingSettings settings)
    {
        Pictures = pictures;
        batchSize = settings.TrainBatchSize;
        seed = settings.Seed;
        Buckets =
        [
            .. pictures.GroupBy(picture => picture.Placement.Bucket)
                .OrderBy(bucket => bucket.Key.Width)
                .ThenBy(bucket => bucket.Key.Height)
                .Select(bucket => new Bucket(bucket.Key, [.. bucket.SelectMany(picture => Enumerable.Repeat(picture.Index, picture.Repeats))])),
        ];
        BatchesPerEpoch = Buckets.Sum(bucket => (bucket.Samples.Count + batchSize - 1) / batchSize);
    }

    /// <summary>The pictures, in the manifest's order; without regularisation images that no epoch needs.</summary>
    public IReadOnlyList<TrainingPicture> Pictures { get; }

    /// <summary>The buckets that have pictures, by width and then height.</summary>
    public IReadOnlyList<Bucket> Buckets { get; }

    /// <summary>Samples in one pass over the data, regularisation images included.</summary>
    public int SamplesPerEpoch => Pictures.Sum(picture => picture.Repeats);

    /// <summary>Batches in one pass over the data.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>Sorts a dataset into buckets.</summary>
    /// <exception cref="LoraBuildException">LB1006: it has no pictures. LB5003: a picture fits no bucket.</exception>
    public static TrainingDataset Create(string folder, DatasetManifest manifest, TrainingSettings settings)
    {
        var selector = BucketSelector.For(settings);
        var pictures = RegularizationPairing.Pair(manifest)
            .Select((entry, index) => new TrainingPicture(
                index,
                Path.Combine(folder, entry.Group.Folder, entry.Picture.File),
                $"{entry.Group.Folder}/{entry.Picture.File}",
                entry.Picture.Caption,
                entry.Repeats,
                selector.Select(new(entry.Picture.Width, entry.Picture.Height), entry.Picture.Source))
            {
                Sha256 = entry.Picture.Sha256,
                IsRegularization = entry.Group.IsRegularization,
            })
            .ToList();
        return pictures.Count > 0
            ? new(pictures, settings)
            : throw new LoraBuildException(DiagnosticCode.NoPictures, "The dataset has no pictures, so there is nothing to train on.", folder);
    }

    /// <summary>The batches of an epoch, as indices of pictures. A batch is of one bucket; where a bucket's samples run out it is smaller.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    public IReadOnlyList<int[]> BatchesOf(int epoch)
    {
        var batches = new List<int[]>();
        for (var bucket = 0; bucket < Buckets.Count; bucket++)
        {
            int[] samples = [.. Buckets[bucket].Samples];
            new CounterRandom(seed, (long)RandomPurpose.Order, epoch, bucket).Shuffle<int>(samples);
            batches.AddRange(samples.Chunk(batchSize));
        }

        new CounterRandom(seed, (long)RandomPurpose.Order, epoch).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batches));
        return batches;
    }
}
