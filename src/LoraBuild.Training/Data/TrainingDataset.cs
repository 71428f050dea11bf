using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Base.Randomness;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Settings;
using LoraBuild.Settings.Buckets;
using LoraBuild.Training.Randomness;

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
                .Select(
                    bucket => new Bucket(bucket.Key, [.. bucket.SelectMany(picture => Enumerable.Repeat(picture.Index, picture.Repeats))])),
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
                Size = new(entry.Picture.Width, entry.Picture.Height),
                Sha256 = entry.Picture.Sha256,
                IsRegularization = entry.Group.IsRegularization,
            })
            .ToList();
        return pictures.Count > 0
            ? new(pictures, settings)
            : throw new LoraBuildException(
                DiagnosticCode.NoPictures, "The dataset has no pictures, so there is nothing to train on.", folder);
    }

    /// <summary>
    /// The batches of an epoch, as indices of pictures. A batch is of one bucket; where a bucket's samples run out it is smaller.
    /// </summary>
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

        new CounterRandom(seed, (long)RandomPurpose.Order, epoch)
            .Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batches));
        return batches;
    }
}

/// <summary>The samples of one size.</summary>
/// <param name="Size">The size that training sees.</param>
/// <param name="Samples">The index of a picture for each time that an epoch shows it.</param>
public sealed record Bucket(PixelSize Size, IReadOnlyList<int> Samples);

/// <summary>A picture of the dataset with its place in training.</summary>
/// <param name="Index">Its number in the dataset, from 0.</param>
/// <param name="Path">The PNG.</param>
/// <param name="Name">Its name in messages: group folder and file.</param>
/// <param name="Caption">Its caption.</param>
/// <param name="Repeats">The number of times that an epoch shows it.</param>
/// <param name="Placement">The bucket, and the size to resize to before cropping.</param>
public sealed record TrainingPicture(int Index, string Path, string Name, string Caption, int Repeats, BucketPlacement Placement)
{
    /// <summary>The picture's size before any resize.</summary>
    public PixelSize Size { get; init; }

    /// <summary>SHA-256 of the PNG's bytes, lower-case hexadecimal.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>True for a regularisation image: it shows others of her class, and weighs <c>prior_loss_weight</c> in the loss.</summary>
    public bool IsRegularization { get; init; }
}
