using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings;
using LoraBuild.Settings.SdScripts;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>A task that is told which base model to use, and the training options that say how.</summary>
public abstract class BaseModelTask : ModelTask
{
    /// <summary>sd-scripts' option names, with the value as metadata <c>Value</c>; an empty value means the default.</summary>
    [Required]
    public ITaskItem[] Options { get; set; } = [];

    /// <summary>The checkpoint on this machine; null where none is named.</summary>
    /// <exception cref="LoraBuildException">As <see cref="ModelTask.Fetch(string, string, string)"/>.</exception>
    protected string? FetchBaseModel() => FetchNamed("BaseModel");

    /// <summary>The VAE on this machine; null where none is named.</summary>
    /// <exception cref="LoraBuildException">As <see cref="ModelTask.Fetch(string, string, string)"/>.</exception>
    protected string? FetchVae() => FetchNamed("Vae");

    // A path without a hash may be a folder, and is looked at by those who read it.
    private string? FetchNamed(string model)
    {
        var (named, sha256) = (Of(model).Trim(), Of(model + "Sha256"));
        if (IsUri(named))
            return Fetch(named, sha256, DiagnosticCode.BaseModelMissing);
        return FullPathOf(model) is { } path && sha256.Length > 0
            ? Fetch(path, sha256, DiagnosticCode.BaseModelMissing)
            : FullPathOf(model);
    }

    /// <summary>The settings of project and configuration together; null, and every mistake reported, where there are any.</summary>
    protected TrainingSettings? ReadSettings()
    {
        var config = TrainingConfig is null ? null : SdScriptsConfig.Read(TrainingConfig);
        var settings = TrainingSettings.Parse(SettingItems.Training(Options, config), out var problems);
        foreach (var problem in problems.Concat(config?.Diagnostics ?? []))
            Report(problem);
        return Log.HasLoggedErrors ? null : settings;
    }
}
