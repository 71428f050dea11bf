using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Incremental.Steps;
using LoraBuild.Protocol;
using LoraBuild.Protocol.Models;
using LoraBuild.Protocol.Previews;
using LoraBuild.Settings;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Train: the dataset and a base model become a LoRA, one file for each epoch. The key covers the dataset, the options, the base model
/// and the engine; a finished LoRA of the same key comes from the store, an interrupted or stopped training goes on where it was.
/// </summary>
public sealed class TrainLora : BaseModelTask
{
    private const int StepVersion = 9, PreviewVersion = 1;
    private const int KeyDigits = 16;
    private const string PreviewsFolder = "previews";
    private static readonly string[] FileOptions = ["network_weights", "resume"];

    // What the key is made of.
    private readonly Dictionary<string, ContentHash> inputs = new(StringComparer.Ordinal);

    /// <summary>After how many minutes the training stops, for the next build to go on with it; 0: it runs to its end.</summary>
    public double StopAfterMinutes { get; set; }

    /// <summary>True to compute with deterministic algorithms on a GPU.</summary>
    public bool Deterministic { get; set; }

    /// <summary>The folder in which trainings on this machine see each other and wait; <c>none</c>: they do not.</summary>
    [Required]
    public string LocksFolder { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        if (ReadSettings() is not { } settings)
            return;
        if (settings.NetworkWeights is { } weights)
            settings = settings with { NetworkWeights = Existing(weights) };
        if (settings.Resume is { } state)
            settings = settings with { Resume = ExistingState(state) };
        if (settings.SamplePrompts is { } prompts)
            settings = settings with { SamplePrompts = Path.GetFullPath(prompts) };
        if (settings.LoggingDir is { } logs)
            settings = settings with { LoggingDir = Path.GetFullPath(logs) };

        var (checkpoint, vae) = (BaseModelPathOrThrow(), FetchVae());
        if (OnModel(settings, checkpoint, vae) is not { } completed)
            return;
        settings = completed;
        if (Session.Report is { } report)
            Session.Report = report with { Settings = report.Settings with { Resolution = settings.Resolution } };
        var model = BaseModelFiles.Of(checkpoint, vae);
        var tokenizer = Tokenizer ?? ClipVocabulary.FindBeside(model.Path);
        var key = Key(settings, model, tokenizer);
        var job = new TrainJob(
            DatasetFolder, model.Path, tokenizer, settings.ToOptions(), OutputFolder, OutputName, StateFile: "", key.ToString())
        {
            CachePath = CachePath, Vae = vae, TokenizerUrl = TokenizerUrl, Deterministic = Deterministic,
        };
        var previewKey = settings.SamplePrompts is null ? (ContentHash?)null : PreviewKey(key, settings);
        if (previewKey is { } drawn)
        {
            job = job with
            {
                SampleFolder = Path.Combine(IntermediateFolder, PreviewsFolder, drawn.ToString()[..KeyDigits]),
                ShownSampleFolder = Path.Combine(OutputFolder, PreviewSheet.FolderName),
            };
        }

        BuildSession.Sweep(Path.Combine(IntermediateFolder, PreviewsFolder), file => Path.GetDirectoryName(file) == job.SampleFolder);
        if (!PlaceLora(job, key))
            return;
        if (previewKey is { } wanted)
            PlacePreviews(job, wanted);
        var shown = Path.Combine(OutputFolder, PreviewSheet.FolderName);
        Session.Sweep(shown);
        if (previewKey is null && Directory.Exists(shown))
            Directory.Delete(shown);
    }

    // Whether there is a finished LoRA now.
    private bool PlaceLora(TrainJob job, ContentHash key)
    {
        var tally = new MemoizedStep(Session, "Train", CancellationToken).Run([StepOutput.In(OutputFolder, "lora", key)], (_, finished) =>
        {
            if (Train(job, key) is { } result)
                finished(result);
        });
        if (tally.Failed > 0)
        {
            Session.IsUnfinished = true;
            return false;
        }

        if (tally.Made > 0)
            // Not before: until then its state is what a build that was killed goes on from.
            Directory.Delete(WorkFolder(key), recursive: true);
        else
            Say(tally.Restored > 0 ? "Train: the finished LoRA came from the cache" : "Train: up to date");

        // Of another training, or what an evaluation of it chose.
        foreach (var stale in new LoraFileNames(OutputName).FurtherIn(OutputFolder).Where(file => !Session.State.IsSeen(file)))
            File.Delete(stale);
        return true;
    }

    // The training drew them as it went on; where it is older than the wish for them, they are drawn from its files.
    private void PlacePreviews(TrainJob job, ContentHash key)
    {
        var (samples, shown) = (job.SampleFolder!, job.ShownSampleFolder!);
        var tally = new MemoizedStep(Session, "Train", CancellationToken).Run([StepOutput.In(shown, "previews", key)], (_, finished) =>
        {
            if (PreviewSheet.TryRead(samples) is null)
                new WorkerProcess(this).Run(new PreviewJob(job), "Train", _ => { }, CancellationToken);
            if (PreviewSheet.TryRead(samples) is { } sheet)
                finished(new StepResult("previews") { Files = [.. sheet.Files.Select(name => (name, Path.Combine(samples, name)))] });
        });
        if (tally.Made > 0)
            Directory.Delete(samples, recursive: true);
    }

    private string BaseModelPathOrThrow() =>
        FetchBaseModel()
            ?? throw new LoraBuildException(
                DiagnosticCode.BaseModelMissing,
                "There is no base model to train on. Set LoraBaseModel to a Stable Diffusion checkpoint, or LoraTrain to false to end with "
                + "the dataset.");

    private static string Existing(string weights) => File.Exists(weights)
        ? Path.GetFullPath(weights)
        : throw new LoraBuildException(
            DiagnosticCode.BaseModelMissing, $"The LoRA '{weights}' to start from does not exist. Correct LoraNetworkWeights.", weights);

    // What lies in the output folder is overwritten and cleaned by builds: a state there would not stay what the training resumed from.
    private string ExistingState(string state)
    {
        var path = Path.GetFullPath(state);
        if (!File.Exists(path))
        {
            throw new LoraBuildException(
                DiagnosticCode.StateMismatch,
                $"There is no file '{state}' to go on from. LoraResume takes a file that LoraSaveState wrote, not a folder of sd-scripts.",
                path);
        }

        return Path.GetDirectoryName(path) != Path.TrimEndingDirectorySeparator(Path.GetFullPath(OutputFolder))
            ? path
            : throw new LoraBuildException(
                DiagnosticCode.StateMismatch,
                "LoraResume names a file in the output folder, where this build writes its own. Copy it to another folder and name it "
                + "there.",
                path);
    }

    private ContentHash PreviewKey(ContentHash training, TrainingSettings settings)
    {
        var key = new StepKey("Previews", PreviewVersion)
            .With("training", training)
            .With("prompts", Session.State.HashInput(settings.SamplePrompts!));
        foreach (var (name, value) in (settings with { SamplePrompts = null, LoggingDir = null, LogPrefix = null }).ToOptions())
            key.With(name, value);
        return key.ToHash();
    }

    private ContentHash Key(TrainingSettings settings, BaseModelFiles model, string? tokenizer)
    {
        var key = new StepKey("Train", StepVersion)
            .With("engine", EngineVersions.Of(this).Tensors)
            .With("dataset", Hash(Path.Combine(DatasetFolder, DatasetFile.Name)))
            .With("name", OutputName);
        if (Deterministic)
            key.With("deterministic", "true");
        BaseModelKey.AddTo(key, Session, model, tokenizer, Hash);
        foreach (var (name, value) in settings.WithoutSamples().ToOptions().OrderBy(option => option.Key, StringComparer.Ordinal))
        {
            if (FileOptions.Contains(name) && value.Length > 0)
                key.With(name, Hash(value));
            else
                key.With(name, value);
        }

        return key.ToHash();
    }

    private ContentHash Hash(string file) => inputs[file] = Session.State.HashInput(file);

    // A training works in a folder of its key's name: what an interrupted one left there is of use to that key alone.
    private string WorkFolder(ContentHash key) => Path.Combine(IntermediateFolder, "train", key.ToString()[..KeyDigits]);

    // Null where it failed or stopped early; the worker said why.
    private StepResult? Train(TrainJob job, ContentHash key)
    {
        var folder = WorkFolder(key);
        BuildSession.Sweep(Path.Combine(IntermediateFolder, "train"), file => Path.GetDirectoryName(file) == folder);
        IReadOnlyList<string>? files = null;
        var here = job with
        {
            OutputFolder = folder,
            StateFile = Path.Combine(folder, "interrupted.state"),
            StopAfterMinutes = StopAfterMinutes > 0 ? StopAfterMinutes : null,
            LocksFolder = LocksFolder == "none" ? null : LocksFolder,
        };
        // Meanwhile this node of MSBuild builds other projects.
        BuildEngine3.Yield();
        try
        {
            new WorkerProcess(this).Run(here, "Train", done => files = done.Facts[TrainJob.FilesFact].Split('\n'), CancellationToken);
        }
        finally
        {
            // The state of a training whose files were changed under it is of no key.
            if (inputs.Any(input => !Session.IsUnchanged(input.Key, input.Value)) && Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            BuildEngine3.Reacquire();
        }

        if (files is null)
            return null;
        foreach (var (file, known) in inputs)
            Session.EnsureUnchanged(file, known);
        return new StepResult("lora") { Files = [.. files.Select(name => (name, Path.Combine(folder, name)))] };
    }
}
