using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Protocol;
using LoraBuild.Protocol.Models;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>MergeLora: LoRA files and a checkpoint become a checkpoint that needs no LoRA.</summary>
public sealed class MergeLora : ModelTask
{
    /// <summary>The checkpoint: a single file, or its URI.</summary>
    [Required]
    public ITaskItem Checkpoint { get; set; } = null!;

    /// <summary>The SHA-256 that the checkpoint must have, or nothing.</summary>
    public string CheckpointSha256 { get; set; } = "";

    /// <summary>The LoRA files, with <c>Strength</c> as metadata.</summary>
    [Required]
    public ITaskItem[] Loras { get; set; } = [];

    /// <summary>Name and <c>Value</c> of every setting.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        // The author's own files are what they are; the project's LoRA may be of an earlier build.
        var names = new LoraFileNames(OutputName);
        var own = Path.Combine(OutputFolder, names.Finished);
        if (Loras.Any(lora => lora.GetMetadata("FullPath") == own) && !Session.State.IsMade(own))
        {
            throw new LoraBuildException(
                DiagnosticCode.NothingToPublish,
                "There is no finished LoRA of this build to merge: the training did not end, or LoraTrain is false. Build to its end "
                + "first, or name a copy of another as LoraToMerge.");
        }

        // A path may be a folder with one file.
        var checkpoint = BaseModelPath.Resolve(
            WebAddress.Is(Checkpoint.ItemSpec)
                ? Fetch(Checkpoint.ItemSpec, CheckpointSha256, DiagnosticCode.BaseModelMissing)
                : Checkpoint.GetMetadata("FullPath"));
        var values = SettingItems.Values(Settings);
        var loras = LoraToMergeItems.Read(Loras).Select(lora => new LoraToMerge(lora.Path, lora.Read(values))).ToList();
        new WorkerProcess(this).Run(
            new MergeJob(checkpoint, loras, Path.Combine(OutputFolder, names.Merged)),
            "MergeLora",
            done => Say($"Merged checkpoint -> {done.Id}"),
            CancellationToken);
    }
}
