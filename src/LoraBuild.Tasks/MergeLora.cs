using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Protocol;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>MergeLora: LoRA files and a checkpoint become a checkpoint that needs no LoRA.</summary>
public sealed class MergeLora : ModelTask
{
    private const string FileEnding = "-merged.safetensors", StrengthName = "Strength";

    /// <summary>The checkpoint: a single file, or its URI.</summary>
    public ITaskItem? Checkpoint { get; set; }

    /// <summary>The SHA-256 that the checkpoint must have, or nothing.</summary>
    public string CheckpointSha256 { get; set; } = "";

    /// <summary>The LoRA files, with <c>Strength</c> as metadata.</summary>
    [Required]
    public ITaskItem[] Loras { get; set; } = [];

    /// <summary>The strength of those that have none.</summary>
    [Required]
    public string Strength { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        if (Checkpoint is null)
        {
            throw new LoraBuildException(
                DiagnosticCode.BaseModelMissing,
                "There is no checkpoint to merge into. Set LoraMergeInto or LoraBaseModel to a Stable Diffusion checkpoint.");
        }

        // The author's own files are what they are; the project's LoRA may be of an earlier build.
        var own = Path.Combine(OutputFolder, new LoraFileNames(OutputName).Finished);
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
        var target = Path.Combine(OutputFolder, OutputName + FileEnding);
        if (checkpoint == target)
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidProperty,
                "LoraMergeInto names the file that MergeLora writes. Copy it, or set LoraOutputName to another name.", checkpoint);
        }

        var loras = Loras.Select(lora => new LoraToMerge(lora.GetMetadata("FullPath"), StrengthOf(lora))).ToList();
        foreach (var lora in loras.Where(lora => lora.Strength == 0))
            TellWithoutEffect($"'{lora.Path}' is merged with the strength 0: nothing changes. Raise LoraMergeStrength, or its Strength.");
        if (Strength != Options.MergeStrength.DefaultText && Loras.All(lora => lora.GetMetadata(StrengthName).Length > 0))
            TellWithoutEffect($"LoraMergeStrength ({Strength}) has no effect: every LoraToMerge has a Strength of its own. Take it away.");
        new WorkerProcess(this).Run(
            new MergeJob(checkpoint, loras, target),
            "MergeLora",
            done => Say($"Merged checkpoint -> {done.Id}"),
            CancellationToken);
    }

    private void TellWithoutEffect(string message) => Report(new Diagnostic(DiagnosticCode.NoEffect, Severity.Warning, message));

    private double StrengthOf(ITaskItem lora)
    {
        var own = lora.GetMetadata(StrengthName);
        var text = own.Length > 0 ? own : Strength;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var strength) && double.IsFinite(strength))
            return strength;
        throw own.Length > 0
            ? new LoraBuildException(
                DiagnosticCode.InvalidMetadata, $"{StrengthName} of '{lora.ItemSpec}' is '{own}'; it must be a number.")
            : new LoraBuildException(DiagnosticCode.InvalidProperty, $"LoraMergeStrength is '{text}'; it must be a number.");
    }
}
