using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using LoraBuild.Settings.SdScripts;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Says what is wrong with the settings of a target that is asked for by name and that runs after the build, before the build begins.
/// </summary>
public sealed class CheckRequest : BaseModelTask
{
    /// <summary>The target: one of <see cref="Steps"/>.</summary>
    [Required]
    public string Asked { get; set; } = "";

    /// <summary>Every Lora* property that is no training option, with its value as metadata <c>Value</c>.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>The LoRA files to merge, with <c>Strength</c> as metadata.</summary>
    public ITaskItem[] Loras { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        var asked = Enum.Parse<LoraBuild.Settings.Steps>(Asked);
        var values = SettingItems.Values(Settings);
        var own = values.Where(value => LoraBuild.Settings.Options.Find(value.Key)?.Steps == asked).ToDictionary();
        foreach (var problem in ProjectProperties.Check(own))
            Report(problem);
        // What is wrong with those of the training is told by CheckSettings.
        var config = TrainingConfig is null ? null : SdScriptsConfig.Read(TrainingConfig);
        var training = TrainingSettings.Parse(SettingItems.Training(Options, config), out var problems);
        if (Log.HasLoggedErrors || problems.Count > 0)
            return;
        var settings = new ProjectSettings(training, values);
        foreach (var missing in MissingFiles.Of(settings, ProjectFolder, asked))
            Report(missing);
        if (asked == LoraBuild.Settings.Steps.Publish && settings.Is(LoraBuild.Settings.Options.Train.Property, "true"))
        {
            foreach (var problem in LoraBuild.Settings.Options.PublishEpochs.Read(values).WithoutFile(training))
                Report(problem);
        }

        if (asked == LoraBuild.Settings.Steps.MergeLora)
            CheckMerge(settings);
    }

    private void CheckMerge(ProjectSettings settings)
    {
        foreach (var problem in LorasToMerge.Check(ProjectFile, LoraToMergeItems.Read(Loras), settings.Values, OutputFolder))
            Report(problem);
        var option = settings.IsSet(LoraBuild.Settings.Options.MergeInto.Property)
            ? LoraBuild.Settings.Options.MergeInto
            : LoraBuild.Settings.Options.BaseModel;
        if (option.Read(settings.Values) is not { } named)
        {
            throw new LoraBuildException(
                DiagnosticCode.BaseModelMissing,
                "There is no checkpoint to merge into. Set LoraMergeInto or LoraBaseModel to a Stable Diffusion checkpoint.");
        }

        if (Log.HasLoggedErrors || WebAddress.Is(named))
            return;
        var checkpoint = BaseModelPath.Resolve(Path.GetFullPath(named, ProjectFolder));
        if (Directory.Exists(checkpoint))
        {
            throw new LoraBuildException(
                DiagnosticCode.NotSingleCheckpoint,
                $"{option} names a folder of diffusers' parts. Set LoraMergeInto to a single .safetensors or .ckpt file.");
        }

        if (checkpoint == Path.Combine(OutputFolder, new LoraFileNames(OutputName).Merged))
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidProperty,
                $"{option} names the file that MergeLora writes. Copy it, or set LoraOutputName to another name.");
        }
    }
}
