using System.Globalization;
using System.Text.Json;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Evaluation;
using LoraBuild.Core.Models;
using LoraBuild.Core.Sampling;
using LoraBuild.Core.Worker;
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
/// <param name="settings">How the pictures are drawn.</param>
internal sealed class DrawingStep(LoraTask task, string workerAssembly, BaseModelFiles model, DrawJob job, EvaluationSettings settings)
{
    private const int Version = 1;

    // The options by which a model is loaded, and its number format and size chosen.
    private static readonly string[] ModelOptions = ["v2", "v_parameterization", "mixed_precision", "resolution"];

    private BuildSession Session => task.Session;

    /// <summary>Brings pictures up to date.</summary>
    /// <param name="sets">Of each set: the LoRA file, null for the base model alone; the pictures; the folder that gets them, by <see cref="NameOf"/>.</param>
    public StepTally Draw(IReadOnlyList<(string? Lora, IReadOnlyList<EvaluationPicture> Pictures, string Folder)> sets)
    {
        var shared = SharedKey();
        var wanted = sets.SelectMany(set => Batches(set.Lora, set.Pictures, set.Folder)).Select(batch => (Batch: batch.Batch, Key: Key(shared, batch.Batch), batch.Folder))
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
                    foreach (var picture in batch.Pictures)
                        Session.State.RecordOutput(picture.Target, key);
                    Session.Store.Add(key, [.. batch.Pictures.Select(picture => (Path.GetFileName(picture.Target), picture.Target))], "Draw");
                    made += batch.Pictures.Count;
                },
                task.CancellationToken);
        }

        return new StepTally(sets.Sum(set => set.Pictures.Count), made, restored, missing.Sum(entry => entry.Batch.Pictures.Count) - made);
    }

    private IEnumerable<(BatchToDraw Batch, string Folder)> Batches(string? lora, IReadOnlyList<EvaluationPicture> pictures, string folder) =>
        pictures.Select(Request).Chunk(settings.BatchSize).Select((requests, index) => (
            new BatchToDraw(
                string.Create(CultureInfo.InvariantCulture, $"{folder} {index}"),
                lora,
                [.. requests.Select((request, place) => new PictureToDraw(Path.Combine(folder, NameOf((index * settings.BatchSize) + place)), request))]),
            folder));

    /// <summary>The file name of a set's picture, by its place from 0.</summary>
    public static string NameOf(int place) => string.Create(CultureInfo.InvariantCulture, $"{place + 1:0000}.png");

    private PictureRequest Request(EvaluationPicture picture)
    {
        var request = new PictureRequest
        {
            Prompt = picture.Prompt,
            NegativePrompt = settings.NegativePrompt,
            Seed = picture.Seed,
            Steps = settings.Steps,
            Guidance = settings.Guidance,
            Sampler = settings.Sampler,
            ClipSkip = int.TryParse(job.Options.GetValueOrDefault("clip_skip"), CultureInfo.InvariantCulture, out var skip) ? skip : 1,
        };
        return settings.Size is { } size ? request with { Width = size.Width, Height = size.Height } : request;
    }

    private ContentHash SharedKey()
    {
        var key = new StepKey("Draw", Version)
            .With("engine", EngineVersions.Of(Session, workerAssembly, task, task.CancellationToken).Tensors)
            .With("fits model", job.FitsModel ? "true" : "false");
        BaseModelKey.AddTo(key, Session, model, job.Tokenizer, Session.State.HashInput);
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
