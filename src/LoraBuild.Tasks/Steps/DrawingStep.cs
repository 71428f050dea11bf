using System.Globalization;
using System.Text.Json;
using LoraBuild.Base.Hashing;
using LoraBuild.Protocol;
using LoraBuild.Protocol.Models;
using LoraBuild.Tasks.Worker;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// Pictures that a base model draws, with LoRA files on it or without, memoised batch by batch: which pictures are drawn together can change
/// their last bits, so a batch is drawn and kept as a whole. All that is missing is drawn by one worker, which loads the model once.
/// </summary>
/// <param name="task">The task that asks.</param>
/// <param name="workerAssembly">The worker.</param>
/// <param name="model">The base model.</param>
/// <param name="job">A job without batches: how the model is loaded.</param>
/// <param name="batchSize">How many pictures are drawn at a time.</param>
internal sealed class DrawingStep(LoraTask task, string workerAssembly, BaseModelFiles model, DrawJob job, int batchSize)
{
    private const int Version = 4;

    // The options by which a model is loaded, and its number format and size chosen.
    private static readonly string[] ModelOptions = ["v2", "v_parameterization", "mixed_precision", "resolution"];

    // What the model's part of the keys is made of.
    private readonly Dictionary<string, ContentHash> inputs = new(StringComparer.Ordinal);

    private BuildSession Session => task.Session;

    /// <summary>The file name of a set's picture, by its place from 0.</summary>
    public static string NameOf(int place) => string.Create(CultureInfo.InvariantCulture, $"{place + 1:0000}.png");

    /// <summary>Brings pictures up to date.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6009: the base model was changed meanwhile.</exception>
    public StepTally Draw(IReadOnlyList<DrawnSet> sets)
    {
        var shared = SharedKey();
        var wanted = sets.SelectMany(set => Batches(set).Select(batch => (Batch: batch, Key: Key(shared, batch), set.Folder)))
            .Where(entry => !entry.Batch.Pictures.All(picture => Session.State.FindOutput(picture.Target, entry.Key) is not null)).ToList();
        Session.Store.Fetch([.. wanted.Select(entry => entry.Key)], task.CancellationToken);
        var missing = wanted.Where(entry => Session.Store.Find(entry.Key) is not { } result || !Session.TryPlace(result, entry.Folder, entry.Key)).ToList();
        var restored = wanted.Except(missing).Sum(entry => entry.Batch.Pictures.Count);

        var made = 0;
        if (missing.Count > 0)
        {
            var byId = missing.ToDictionary(entry => entry.Batch.Id, StringComparer.Ordinal);
            new WorkerProcess(workerAssembly, task).Run(
                job with { Batches = [.. missing.Select(entry => entry.Batch)] },
                "Draw",
                done =>
                {
                    var (batch, key, _) = byId[done.Id];
                    foreach (var (file, known) in inputs)
                        Session.EnsureUnchanged(file, known);
                    foreach (var picture in batch.Pictures)
                        Session.State.RecordOutput(picture.Target, key);
                    Session.Store.Add(key, [.. batch.Pictures.Select(picture => (Path.GetFileName(picture.Target), picture.Target))], "Draw");
                    made += batch.Pictures.Count;
                },
                task.CancellationToken);
        }

        return new StepTally(sets.Sum(set => set.Pictures.Count), made, restored, missing.Sum(entry => entry.Batch.Pictures.Count) - made);
    }

    // Pictures of one batch share what they are drawn by.
    private IEnumerable<BatchToDraw> Batches(DrawnSet set) => set.Pictures
        .Select((request, place) => new PictureToDraw(Path.Combine(set.Folder, NameOf(place)), request))
        .GroupBy(picture => (picture.Request.Width, picture.Request.Height, picture.Request.Steps, picture.Request.Sampler, picture.Request.ClipSkip))
        .SelectMany(alike => alike.Chunk(batchSize))
        .Select(pictures => new BatchToDraw(pictures[0].Target, set.Lora, pictures));

    private ContentHash SharedKey()
    {
        var key = new StepKey("Draw", Version).With("engine", EngineVersions.Of(Session, workerAssembly, task, task.CancellationToken).Tensors);
        BaseModelKey.AddTo(key, Session, model, job.Tokenizer, file => inputs[file] = Session.State.HashInput(file));
        foreach (var option in ModelOptions)
            key.With(option, job.Options.GetValueOrDefault(option));
        return key.ToHash();
    }

    private ContentHash Key(ContentHash shared, BatchToDraw batch)
    {
        var key = new StepKey("Draw", Version).With("shared", shared);
        if (batch.Lora is not null)
            key.With("LoRA", Session.State.HashInput(batch.Lora));
        foreach (var picture in batch.Pictures)
            key.With(Path.GetFileName(picture.Target), JsonSerializer.Serialize(picture.Request));
        return key.ToHash();
    }
}
