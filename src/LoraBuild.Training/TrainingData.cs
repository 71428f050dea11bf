using LoraBuild.Incremental.Caching;
using LoraBuild.Training.Data;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Schedules;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training;

/// <summary>The batches of a training, made ahead of the steps.</summary>
internal sealed class TrainingData : IDisposable
{
    private const long PictureBytes = 1L << 30, LatentBytes = 1L << 28;

    private readonly TrainingPlan plan;
    private readonly LatentCache? cache;
    private readonly TextCache? texts;
    private readonly LatentSource latents;
    private readonly BatchLoader batches;
    private readonly StepInputs inputs;

    /// <summary>Encodes the pictures and captions that are cached, and begins to make batches.</summary>
    /// <param name="job">The training.</param>
    /// <param name="dataset">The pictures.</param>
    /// <param name="plan">The length of the training.</param>
    /// <param name="model">The model, which encodes pictures and captions.</param>
    /// <param name="modelHash">The hash of its files.</param>
    /// <param name="firstStep">The step to begin with, from 0.</param>
    /// <param name="log">Told how many pictures and captions were encoded.</param>
    /// <param name="cancellation">Looked at while they are cached.</param>
    public TrainingData(
        TrainingJob job,
        TrainingDataset dataset,
        TrainingPlan plan,
        TrainedModel model,
        string modelHash,
        int firstStep,
        Action<string>? log,
        CancellationToken cancellation)
    {
        this.plan = plan;
        var settings = job.Settings;
        var pictures = new PictureCache(PictureBytes);
        var views = new ViewReader(pictures);
        var samples = new SampleFactory(views, model.Model, settings);
        var encoder = new LatentEncoder(model.Model.Autoencoder);
        cache = settings.UsesCachedLatents ? CacheLatents() : null;
        texts = settings.UsesCachedTexts ? CacheTexts() : null;
        latents = new(encoder, cache, settings.VaeBatchSize, LatentBytes, sideBySide: model.Second is not null);
        batches = new(dataset, samples, pictures, settings, plan.FirstBatchOf(firstStep), plan.FirstBatchOf(plan.TotalSteps));
        inputs = new(latents, samples.Noise, settings, model.Model.Device, texts);

        ContentStore? Store(bool isWanted) => isWanted && job.CachePath is not null ? new ContentStore(job.CachePath) : null;

        TextCache CacheTexts()
        {
            using var store = Store(settings.CacheTextEncoderOutputsToDisk);
            var filled = new TextCache(model.Model, settings, store, job.OutputFolder);
            var encoded = filled.Fill(dataset, samples, modelHash, cancellation);
            log?.Invoke($"Texts: {encoded} captions encoded{(store is null ? "" : $", {filled.Count - encoded} from the cache")}.");
            return filled;
        }

        LatentCache CacheLatents()
        {
            using var store = Store(settings.CacheLatentsToDisk);
            var filled = new LatentCache(encoder, settings, store, job.OutputFolder);
            var encoded = filled.Fill(dataset, views, cancellation);
            log?.Invoke($"Latents: {encoded} pictures encoded{(store is null ? "" : $", {filled.Count - encoded} from the cache")}.");
            return filled;
        }
    }

    /// <inheritdoc cref="BatchLoader.Waited"/>
    public TimeSpan Waited => batches.Waited;

    /// <summary>The names of the pictures that the last step took.</summary>
    public IReadOnlyList<string> LastPictures { get; private set; } = [];

    /// <summary>
    /// The inputs of the next step, one batch after the other; each is made when it is asked for, and the caller's scope owns it.
    /// </summary>
    /// <param name="step">The step, from 0.</param>
    public IEnumerable<StepInput> Take(int step)
    {
        LastPictures = [];
        for (var left = plan.BatchesOf(step); left > 0; left--)
        {
            var batch = batches.Take();
            LastPictures = [.. LastPictures, .. batch.Samples.Select(sample => sample.Picture.Name)];
            yield return inputs.Of(batch);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        batches.Dispose();
        latents.Dispose();
        cache?.Dispose();
        texts?.Dispose();
    }
}
