using LoraBuild.Core.SdScripts;
using LoraBuild.Core.Settings;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Says of every Lora* property in the project whether it exists and whether its value is possible, before any work is done.
/// </summary>
public sealed class CheckSettings : LoraTask
{
    /// <summary>The project file.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>sd-scripts' option names, with the value as metadata <c>Value</c>.</summary>
    [Required]
    public ITaskItem[] Options { get; set; } = [];

    /// <summary>Every Lora* property that is no training option, with its value as metadata <c>Value</c>.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>An sd-scripts configuration whose options count where the project sets none.</summary>
    public ITaskItem? TrainingConfig { get; set; }

    /// <summary>Whether the training's loss counts only what of a picture is opaque.</summary>
    [Output]
    public bool AlphaMask { get; set; }

    /// <summary>Whether the training's loss counts only what the mask beside a picture shows white.</summary>
    [Output]
    public bool MaskedLoss { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        foreach (var unknown in ProjectProperties.FindUnknown(ProjectFile))
            Report(unknown);
        var settings = TrainingSettings.Parse(TrainingOptionItems.Values(Options, ReadConfig()), out var problems);
        (AlphaMask, MaskedLoss) = (settings.AlphaMask, settings.MaskedLoss);
        foreach (var problem in problems.Concat(PipelineSettings.Check(ValuesOf(Settings))))
            Report(ProjectProperties.Locate(ProjectFile, problem));
        CheckSamplePrompts(settings);
    }

    private void CheckSamplePrompts(TrainingSettings settings)
    {
        settings.ReadSamplePrompts(out var problems);
        foreach (var problem in problems)
            Report(problem);
        if (File.Exists(settings.SamplePrompts))
            Session.State.HashInput(Path.GetFullPath(settings.SamplePrompts));
    }

    private SdScriptsConfig? ReadConfig()
    {
        if (TrainingConfig is null)
            return null;
        var config = SdScriptsConfig.Read(TrainingConfig.GetMetadata("FullPath"));
        foreach (var problem in config.Diagnostics)
            Report(problem);
        foreach (var file in config.Files)
            Session.State.HashInput(file);
        if (config.Unused.Count > 0)
            Say($"{TrainingConfig.ItemSpec}: what a project says elsewhere or does not need is not read: {string.Join(", ", config.Unused)}");
        return config;
    }

    private static Dictionary<string, string> ValuesOf(ITaskItem[] items) =>
        items.ToDictionary(item => item.ItemSpec, item => item.GetMetadata("Value"), StringComparer.Ordinal);
}
