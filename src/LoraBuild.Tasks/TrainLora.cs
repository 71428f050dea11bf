using LoraBuild.Core.Caching;
using LoraBuild.Core.Diagnostics;
using LoraBuild.Core.Manifest;
using LoraBuild.Core.Models;
using LoraBuild.Core.Worker;
using LoraBuild.Tasks.Steps;
using LoraBuild.Tasks.Worker;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Train: the dataset and a base model become a LoRA, one file for each epoch. The key covers the dataset, the options, the base model
/// and the engine; a finished LoRA of the same key comes from the store, an interrupted or stopped training goes on where it was.
/// </summary>
public sealed class TrainLora : TrainingTask
{
    private const int StepVersion = 4;
    private const int KeyDigits = 16;
    private static readonly string[] FileOptions = ["network_weights", "resume"];
    // Beside the finished LoRA: epochs, steps, and states.
    private static readonly string[] FurtherFiles =
        ["-??????.safetensors", "-step????????.safetensors", "-state.safetensors", "-??????-state.safetensors", "-step????????-state.safetensors"];

    // What the key is made of.
    private readonly Dictionary<string, ContentHash> inputs = new(StringComparer.Ordinal);

    /// <summary>The worker.</summary>
    [Required]
    public string WorkerAssembly { get; set; } = "";

    /// <summary>CLIP's vocabulary: a folder or merges.txt; without it, it is looked for beside the checkpoint.</summary>
    public ITaskItem? Tokenizer { get; set; }

    /// <summary>From where the published merges.txt is fetched when it is not beside the checkpoint either.</summary>
    [Required]
    public string TokenizerUrl { get; set; } = "";

    /// <summary>The folder that gets the LoRA.</summary>
    [Required]
    public string OutputFolder { get; set; } = "";

    /// <summary>After how many minutes the training stops, for the next build to go on with it; 0: it runs to its end.</summary>
    public double StopAfterMinutes { get; set; }

    /// <summary>Whether a GPU computes with deterministic algorithms.</summary>
    public bool Deterministic { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        if (ReadSettings() is not { } settings)
            return;
        if (settings.NetworkWeights is { } weights)
            settings = settings with { NetworkWeights = Existing(weights) };
        if (settings.Resume is { } state)
            settings = settings with { Resume = ExistingState(state) };

        var (checkpoint, vae) = (BaseModelPathOrThrow(), FetchVae());
        var model = BaseModelFiles.Of(checkpoint, vae);
        var job = new TrainJob(
            DatasetFolder,
            model.Path,
            Tokenizer?.GetMetadata("FullPath") ?? ClipVocabulary.FindBeside(model.Path),
            settings.ToOptions(),
            OutputFolder,
            OutputName,
            StateFile: "") { CachePath = CachePath, Vae = vae, TokenizerUrl = TokenizerUrl };
        var key = Key(job, model);
        // In its place it counts even if the store has lost it.
        if (Session.State.FindOutputs(key) is { Count: > 0 } outputs && outputs.All(IsInOutputFolder))
        {
            Say("Train: up to date");
            return;
        }

        Session.Store.Fetch([key], CancellationToken);
        var result = Session.Store.Find(key);
        if (result is null || !TryPlace(result, key))
        {
            result = Train(job, key);
            if (result is null)
            {
                Session.IsUnfinished = true;
                return;
            }

            if (!TryPlace(result, key))
                throw new LoraBuildException(DiagnosticCode.CannotRead, $"The trained LoRA vanished from the cache '{CachePath}'. Build again.");
            // Not before: until then its state is what a build that was killed goes on from.
            Directory.Delete(WorkFolder(key), recursive: true);
        }
        else
        {
            Say("Train: the finished LoRA came from the cache");
        }

        foreach (var stale in FurtherFiles.SelectMany(ending => Directory.EnumerateFiles(OutputFolder, OutputName + ending))
            .Where(file => !Session.State.IsSeen(file)).ToList())
            File.Delete(stale);
        Say($"LoRA -> {Path.Combine(OutputFolder, OutputName + ".safetensors")}");
    }

    private string BaseModelPathOrThrow() =>
        FetchBaseModel()
            ?? throw new LoraBuildException(
                DiagnosticCode.BaseModelMissing,
                "There is no base model to train on. Set LoraBaseModel to a Stable Diffusion checkpoint, or LoraTrain to false to end with the dataset.");

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

        return !IsInOutputFolder(path)
            ? path
            : throw new LoraBuildException(
                DiagnosticCode.StateMismatch,
                "LoraResume names a file in the output folder, where this build writes its own. Copy it to another folder and name it there.",
                path);
    }

    private ContentHash Key(TrainJob job, BaseModelFiles model)
    {
        var key = new StepKey("Train", StepVersion)
            .With("engine", EngineVersions.Of(Session, WorkerAssembly, this, CancellationToken).Tensors)
            .With("dataset", Hash(Path.Combine(job.Dataset, DatasetFile.Name)))
            .With("name", job.OutputName);
        foreach (var file in model.Weights)
            key.With("base model", Hash(file));
        if (job.Deterministic)
            key.With("deterministic", "true");
        // Without a vocabulary the worker takes the published one, which is always the same; that one appears is a change.
        if (job.Tokenizer is null)
            key.With("vocabulary", ClipVocabulary.PublishedMerges);
        foreach (var file in model.Optional.Concat((job.Tokenizer is null ? ClipVocabulary.PlacesBeside(model.Path) : [job.Tokenizer]).SelectMany(ClipVocabulary.FilesAt)))
        {
            if (File.Exists(file))
                key.With(Path.GetFileName(file), Hash(file));
            else
                Session.State.NoteAbsent(file);
        }

        foreach (var (name, value) in job.Options.OrderBy(option => option.Key, StringComparer.Ordinal))
        {
            if (FileOptions.Contains(name) && value.Length > 0)
                key.With(name, Hash(value));
            else
                key.With(name, value);
        }

        return key.ToHash();
    }

    private ContentHash Hash(string file) => inputs[file] = Session.State.HashInput(file);

    private bool IsInOutputFolder(string path) => Path.GetDirectoryName(path) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(OutputFolder));

    private bool TryPlace(StoredResult result, ContentHash key)
    {
        foreach (var file in result.Files)
        {
            var target = Path.Combine(OutputFolder, file.Name);
            if (!Session.Store.TryPlace(file, target))
                return false;
            Session.State.RecordOutput(target, key, file.Content);
        }

        return true;
    }

    // A training works in a folder of its key's name: what an interrupted one left there is of use to that key alone.
    private string WorkFolder(ContentHash key) => Path.Combine(IntermediateFolder, "train", key.ToString()[..KeyDigits]);

    // Null where it failed or stopped early; the worker said why.
    private StoredResult? Train(TrainJob job, ContentHash key)
    {
        var folder = WorkFolder(key);
        Session.Sweep(Path.Combine(IntermediateFolder, "train"), file => Path.GetDirectoryName(file) == folder);
        IReadOnlyList<string>? files = null;
        new WorkerProcess(WorkerAssembly, this).Run(
            job with
            {
                OutputFolder = folder,
                StateFile = Path.Combine(folder, "interrupted.state"),
                StopAfterMinutes = StopAfterMinutes > 0 ? StopAfterMinutes : null,
            },
            "Train",
            done => files = done.Facts[TrainJob.FilesFact].Split('\n'),
            CancellationToken);
        if (files is null)
            return null;
        foreach (var (file, known) in inputs)
            Session.EnsureUnchanged(file, known);
        return Session.Store.Add(key, [.. files.Select(name => (name, Path.Combine(folder, name)))], "Train");
    }
}
