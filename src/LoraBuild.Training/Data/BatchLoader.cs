using LoraBuild.Core.Settings;

namespace LoraBuild.Training.Data;

/// <summary>
/// Makes the batches of a training ahead of the steps, on the threads of the pool, so that a step does not wait. The batches and their
/// order are the same whatever the threads do.
/// </summary>
public sealed class BatchLoader : IDisposable
{
    private const int Ahead = 4;

    private readonly TrainingDataset dataset;
    private readonly SampleFactory samples;
    private readonly PictureCache pictures;
    private readonly bool keepPictures;
    private readonly int end;
    private readonly Queue<Task<TrainingBatch>> coming = new();
    private IReadOnlyList<int[]> epochBatches = [];
    private int epoch = -1;
    private int next;

    /// <summary>A loader over the steps from <paramref name="start"/> up to <paramref name="end"/>, both counted from 0.</summary>
    public BatchLoader(TrainingDataset dataset, SampleFactory samples, PictureCache pictures, TrainingSettings settings, int start, int end)
    {
        this.dataset = dataset;
        this.samples = samples;
        this.pictures = pictures;
        this.end = end;
        keepPictures = settings.PersistentDataLoaderWorkers;
        next = start;
        while (coming.Count < Ahead && next < end)
            StartNext();
    }

    /// <summary>The next step's batch.</summary>
    /// <exception cref="Core.Diagnostics.LoraBuildException">LB2xxx, LB6004: a picture cannot be read.</exception>
    public TrainingBatch Take()
    {
        var batch = coming.Dequeue().GetAwaiter().GetResult();
        if (next < end)
            StartNext();
        return batch;
    }

    /// <summary>Waits for what is under way.</summary>
    public void Dispose()
    {
        foreach (var task in coming)
            task.ContinueWith(done => done.Exception, TaskScheduler.Default).Wait();
        coming.Clear();
    }

    private void StartNext()
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
        coming.Enqueue(Task.Run(() => new TrainingBatch(
            step,
            dataset.Pictures[members[0]].Placement.Bucket,
            [.. members.Select((picture, place) => samples.Create(dataset.Pictures[picture], step, place))])));
    }
}
