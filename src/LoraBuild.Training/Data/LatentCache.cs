using LoraBuild.Base.Hashing;
using LoraBuild.Base.Randomness;
using LoraBuild.Incremental.Caching;
using LoraBuild.Settings;
using LoraBuild.Training.Randomness;

namespace LoraBuild.Training.Data;

/// <summary>
/// sd-scripts' <c>cache_latents</c>: every picture, and its mirror image where <c>flip_aug</c> is set, is encoded once, and training sees
/// one sample of its distribution, always the same. The distributions themselves can be kept in the store: under a key of all that they
/// follow from, so that another picture, VAE or size never finds an old one.
/// </summary>
public sealed class LatentCache : IDisposable
{
    private const int Version = 1;
    private const string Mean = "mean", LogVariance = "log_variance";
    private static readonly bool[] Both = [false, true];

    private readonly Dictionary<PictureView, Tensor> latents = [];
    private readonly LatentEncoder encoder;
    private readonly TrainingSettings settings;
    private readonly TensorStore store;

    /// <summary>An empty cache.</summary>
    /// <param name="encoder">Encodes what is not in the store.</param>
    /// <param name="settings">The settings of pictures, and of the number encoded at a time.</param>
    /// <param name="store">The store for distributions; null: none.</param>
    /// <param name="scratch">A folder for the files that go to and come from the store.</param>
    public LatentCache(LatentEncoder encoder, TrainingSettings settings, ContentStore? store, string scratch)
    {
        this.encoder = encoder;
        this.settings = settings;
        this.store = new TensorStore(store, "Latents", scratch);
    }

    /// <summary>
    /// Fills the cache. Groups of <c>vae_batch_size</c> pictures are encoded together, the same ones whatever the store holds.
    /// </summary>
    /// <param name="dataset">The pictures.</param>
    /// <param name="views">The source of their pixels.</param>
    /// <param name="cancellation">Looked at between groups.</param>
    /// <returns>The number of pictures, mirrored ones included, that were encoded and not found in the store.</returns>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB2xxx, LB6004: a picture cannot be read. LB6001: the store cannot be
    /// written.</exception>
    public int Fill(TrainingDataset dataset, ViewReader views, CancellationToken cancellation = default)
    {
        var fingerprint = store.Keeps ? encoder.Fingerprint() : "";
        var encodedCount = 0;
        foreach (var group in Groups(dataset))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var key = store.Keeps ? Key(dataset, group, fingerprint) : default;
            Tensor mean, logVariance;
            if (store.Find(key) is { } found)
            {
                (mean, logVariance) = (encoder.ToDevice(found[Mean]), encoder.ToDevice(found[LogVariance]));
            }
            else
            {
                var size = dataset.Pictures[group[0].Picture].Placement.Bucket;
                (mean, logVariance) = encoder.Encode(
                    group.Select(view => dataset.Pictures[view.Picture]),
                    [.. group.Select(view => views.Pixels(dataset.Pictures[view.Picture], view))],
                    size);
                encodedCount += group.Length;
                if (store.Keeps)
                    store.Keep(key, new Dictionary<string, Tensor> { [Mean] = mean.cpu(), [LogVariance] = logVariance.cpu() });
            }

            for (var i = 0; i < group.Length; i++)
                latents.Add(group[i], Sample(group[i], mean.narrow(0, i, 1), logVariance.narrow(0, i, 1)).DetachFromDisposeScope());
        }

        return encodedCount;
    }

    /// <summary>The number of views in the cache.</summary>
    public int Count => latents.Count;

    /// <summary>The views that it holds, in the order in which they were encoded.</summary>
    public IEnumerable<PictureView> Views => latents.Keys;

    /// <summary>The scaled latents of a view, [1, channels, height / 8, width / 8], float32; they belong to the cache.</summary>
    public Tensor this[PictureView view] => latents[view];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in latents.Values)
            tensor.Dispose();
        latents.Clear();
    }

    private IEnumerable<PictureView[]> Groups(TrainingDataset dataset) =>
        from mirrored in settings.FlipAug ? Both : [false]
        from bucket in dataset.Pictures.GroupBy(picture => picture.Placement.Bucket)
        from @group in bucket.Select(picture => PictureView.Centre(picture, mirrored)).Chunk(settings.VaeBatchSize)
        select @group;

    private static ContentHash Key(TrainingDataset dataset, PictureView[] group, string fingerprint)
    {
        var key = new StepKey("Latents", Version).With("vae", fingerprint);
        foreach (var view in group)
        {
            var picture = dataset.Pictures[view.Picture];
            key.With("picture", picture.Sha256)
                .With("size", $"{picture.Placement.Resized} {picture.Placement.Bucket} {(view.Mirrored ? "mirrored" : "")}");
        }

        return key.ToHash();
    }

    private Tensor Sample(PictureView view, Tensor mean, Tensor logVariance)
    {
        var random = new CounterRandom(settings.Seed, (long)RandomPurpose.CachedPosterior, view.Picture, view.Mirrored ? 1 : 0);
        return encoder.Sample(mean, logVariance, tensor(random.NextGaussians((int)mean.numel())).view(mean.shape));
    }
}
