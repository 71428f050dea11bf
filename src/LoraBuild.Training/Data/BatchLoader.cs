using System.Diagnostics;
using LoraBuild.Settings;
using LoraBuild.Training.Captions;

namespace LoraBuild.Training.Data;

/// <summary>
/// Makes the batches of a training ahead of the steps, on threads of the pool, so that a step does not wait. The batches and their order
/// are the same whatever the threads do.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    // As torch's data loader: each worker has one batch in hand and one that is ready.
    private const int AheadPerWorker = 2;

    private readonly TrainingDataset dataset;
    private readonly SampleFactory samples;
    private readonly PictureCache pictures;
    private readonly bool keepPictures;
    private readonly int end;
    private readonly int batchesPerStep;
    private readonly Queue<Task<TrainingBatch>> coming = new();
    private readonly Task[] workers;
    private IReadOnlyList<int[]> epochBatches = [];
    private readonly Stopwatch waiting = new();
    private int epoch = -1;
    private int next;
    private bool hasBegun;

    /// <summary>A loader over the batches from <paramref name="start"/> up to <paramref name="end"/>, both counted from 0.</summary>
    public BatchLoader(TrainingDataset dataset, SampleFactory samples, PictureCache pictures, TrainingSettings settings, int start, int end)
    {
        this.dataset = dataset;
        this.samples = samples;
        this.pictures = pictures;
        this.end = end;
        batchesPerStep = settings.GradientAccumulationSteps;
        keepPictures = settings.PersistentDataLoaderWorkers;
        workers = new Task[Math.Min(settings.MaxDataLoaderNWorkers, Environment.ProcessorCount)];
        Array.Fill(workers, Task.CompletedTask);
        next = start;
        while (coming.Count < AheadPerWorker * workers.Length && next < end)
            StartNext();
    }

    /// <summary>
    /// The time that <see cref="Take"/> has waited in all, but for the first batch, before which nothing could be made ahead.
    /// </summary>
    public TimeSpan Waited => waiting.Elapsed;

    /// <summary>The next batch.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB2xxx, LB6004: a picture cannot be read.</exception>
    public TrainingBatch Take()
    {
        if (hasBegun)
            waiting.Start();
        hasBegun = true;
        try
        {
            if (workers.Length == 0)
                return Plan()();
            var batch = coming.Dequeue().GetAwaiter().GetResult();
            if (next < end)
                StartNext();
            return batch;
        }
        finally
        {
            waiting.Stop();
        }
    }

    /// <summary>Waits for what is under way.</summary>
    public void Dispose()
    {
        foreach (var task in coming)
            task.ContinueWith(done => done.Exception, TaskScheduler.Default).Wait();
        coming.Clear();
    }

    // A worker makes one batch after the other, each of the workers every so many-th.
    private void StartNext()
    {
        var worker = next % workers.Length;
        var make = Plan();
        var batch = workers[worker].ContinueWith(_ => make(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        workers[worker] = batch;
        coming.Enqueue(batch);
    }

    // What the next batch holds is decided here, in order; making it can happen anywhere.
    private Func<TrainingBatch> Plan()
    {
        var step = next++;
        if (step / dataset.BatchesPerEpoch != epoch)
        {
            if (!keepPictures)
                pictures.Clear();
            epoch = step / dataset.BatchesPerEpoch;
            epochBatches = dataset.BatchesOf(epoch);
        }

        var members = epochBatches[step % dataset.BatchesPerEpoch];
        var moment = new CaptionMoment(StepOf(step), StepOf(end), epoch + 1);
        return () => new TrainingBatch(
            step,
            dataset.Pictures[members[0]].Placement.Bucket,
            [.. members.Select((picture, place) => samples.Create(dataset.Pictures[picture], step, place, moment))]);
    }

    // The optimizer step that a batch belongs to: an epoch's last one takes what is left.
    private int StepOf(int batch)
    {
        var stepsPerEpoch = (dataset.BatchesPerEpoch + batchesPerStep - 1) / batchesPerStep;
        return (batch / dataset.BatchesPerEpoch * stepsPerEpoch) + (batch % dataset.BatchesPerEpoch / batchesPerStep);
    }
}
