using LoraBuild.Incremental.Steps;
using System.Globalization;
using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Protocol;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// Pictures that a base model draws, with LoRA files on it or without, memoised batch by batch: which pictures are drawn together can
/// change their last bits, so a batch is drawn and kept as a whole. All that is missing is drawn by one worker, which loads the model once.
/// </summary>
/// <param name="host">The build.</param>
/// <param name="model">The base model.</param>
/// <param name="job">A job without batches: how the model is loaded.</param>
/// <param name="batchSize">The number of pictures that are drawn at a time.</param>
internal sealed class DrawingStep(IBuildHost host, BaseModelFiles model, DrawJob job, int batchSize)
{
    private const int Version = 5;

    // The options by which a model is loaded, and its number format and size chosen.
    private static readonly string[] ModelOptions = ["v2", "v_parameterization", "zero_terminal_snr", "mixed_precision", "resolution"];

    // The files that the model's part of the keys is made of.
    private readonly Dictionary<string, ContentHash> inputs = new(StringComparer.Ordinal);

    private PipelineSession Session => host.Session;

    /// <summary>The file name of a set's picture, by its place from 0.</summary>
    public static string NameOf(int place) => string.Create(CultureInfo.InvariantCulture, $"{place + 1:0000}.png");

    /// <summary>Brings pictures up to date.</summary>
    /// <exception cref="LoraBuildException">LB6009: the base model was changed meanwhile.</exception>
    public StepTally Draw(IReadOnlyList<DrawnSet> sets)
    {
        var shared = SharedKey();
        var batches = sets.SelectMany(Batches).ToDictionary(batch => batch.Id, StringComparer.Ordinal);
        var outputs = batches.Values
            .Select(batch => StepOutput.Of(batch.Id, Key(shared, batch), [.. batch.Pictures.Select(picture => picture.Target)])).ToList();
        int Count(Func<StepOutput, bool> counts) => outputs.Where(counts).Sum(output => output.Files!.Count);
        var wanted = Count(output => !Session.IsInPlace(output));
        var (asked, made) = (0, 0);
        new MemoizedStep(Session, "Draw", host.Token).Run(outputs, (missing, finished) =>
        {
            asked = missing.Sum(output => output.Files!.Count);
            new WorkerProcess(host).Run(
                job with { Batches = [.. missing.Select(output => batches[output.Id])] },
                "Draw",
                done =>
                {
                    foreach (var (file, known) in inputs)
                        Session.EnsureUnchanged(file, known);
                    finished(new StepResult(done.Id));
                    made += batches[done.Id].Pictures.Count;
                },
                host.Token);
        });
        return new StepTally(Count(_ => true), made, wanted - asked, asked - made);
    }

    // Pictures of one batch share what they are drawn by.
    private IEnumerable<BatchToDraw> Batches(DrawnSet set) => set.Pictures
        .Select((request, place) => new PictureToDraw(Path.Combine(set.Folder, NameOf(place)), request))
        .GroupBy(picture =>
            (picture.Request.Width, picture.Request.Height, picture.Request.Steps, picture.Request.Sampler, picture.Request.ClipSkip))
        .SelectMany(alike => alike.Chunk(batchSize))
        .Select(pictures => new BatchToDraw(pictures[0].Target, set.Lora, pictures));

    private ContentHash SharedKey()
    {
        var key = new StepKey("Draw", Version).With("engine", EngineVersions.Of(host).Tensors);
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

/// <summary>Pictures to draw with one model.</summary>
/// <param name="Lora">The LoRA file on the base model, or null for the base model alone.</param>
/// <param name="Pictures">The pictures to draw.</param>
/// <param name="Folder">The folder that gets the files, by <see cref="DrawingStep.NameOf"/>.</param>
internal sealed record DrawnSet(string? Lora, IReadOnlyList<PictureRequest> Pictures, string Folder);
