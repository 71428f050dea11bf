using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging;

namespace LoraBuild.Tagging;

/// <summary>
/// Runs a model in batches while other threads read the pictures of the next ones. Batch k holds the pictures from k times its size on, so
/// what a run of the model sees does not depend on threads. A few buffers go round: a reader that is ahead waits for one to come back.
/// </summary>
internal sealed class BatchPipeline(TaggerModel model, int readers)
{
    private const int Buffers = 3;

    /// <inheritdoc cref="Tagger.Score(IReadOnlyList{string}, Action{int, float[]}, Action{int, LoraBuildException}, CancellationToken)"/>
    public void Run(
        IReadOnlyList<string> pictures, Action<int, float[]> scored, Action<int, LoraBuildException> failed, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var work = new BlockingCollection<(Batch Batch, int Slot)>();
        using var ready = new BlockingCollection<Batch>();
        var batches = (pictures.Count + model.BatchSize - 1) / model.BatchSize;
        var next = 0;
        for (var i = 0; i < Math.Min(Buffers, batches); i++)
            Begin(new Batch(new float[model.BatchSize * model.Input.Length]));
        var threads = Enumerable.Range(0, readers).Select(_ => Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning)).ToArray();
        try
        {
            for (var done = 0; done < batches; done++)
            {
                var batch = ready.Take(stop.Token);
                var scores = model.Run(batch.Input);
                Report(batch, scores);
                if (next < batches)
                    Begin(batch);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A reader failed in a way that is no picture's fault: what it threw is told below.
        }
        finally
        {
            stop.Cancel();
            work.CompleteAdding();
            try
            {
                Task.WaitAll(threads, CancellationToken.None);
            }
            catch (AggregateException e) when (e.InnerExceptions is [var only, ..])
            {
                ExceptionDispatchInfo.Throw(only);
            }
        }

        void Begin(Batch batch)
        {
            batch.First = next++ * model.BatchSize;
            batch.Count = Math.Min(model.BatchSize, pictures.Count - batch.First);
            batch.Unread = batch.Count;
            batch.Errors.Clear();
            for (var slot = 0; slot < batch.Count; slot++)
                work.Add((batch, slot), CancellationToken.None);
        }

        void Read()
        {
            try
            {
                foreach (var (batch, slot) in work.GetConsumingEnumerable(CancellationToken.None))
                {
                    if (stop.IsCancellationRequested)
                        return;
                    try
                    {
                        var input = batch.Input.AsSpan(slot * model.Input.Length, model.Input.Length);
                        model.Input.Write(PictureDecoder.Decode(pictures[batch.First + slot]).Raster.WithoutAlpha(), input);
                    }
                    catch (LoraBuildException e)
                    {
                        batch.Errors[slot] = e;
                    }

                    if (Interlocked.Decrement(ref batch.Unread) == 0)
                        ready.Add(batch, CancellationToken.None);
                }
            }
            catch
            {
                stop.Cancel();
                throw;
            }
        }

        void Report(Batch batch, float[] scores)
        {
            var labels = scores.Length / model.BatchSize;
            for (var slot = 0; slot < batch.Count; slot++)
            {
                if (batch.Errors.TryGetValue(slot, out var error))
                    failed(batch.First + slot, error);
                else
                    scored(batch.First + slot, scores[(slot * labels)..((slot + 1) * labels)]);
            }
        }
    }

    /// <summary>A buffer and the pictures that it holds now.</summary>
    private sealed class Batch(float[] input)
    {
        public int Unread;

        public float[] Input { get; } = input;

        public int First { get; set; }

        public int Count { get; set; }

        public ConcurrentDictionary<int, LoraBuildException> Errors { get; } = new();
    }
}
