using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings;
using LoraBuild.Settings.SdScripts;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>A task that is told which base model to use, and the training options that say how.</summary>
public abstract class BaseModelTask : ModelTask
{
    /// <summary>The checkpoint: a file, a folder, or the URI of a file.</summary>
    public ITaskItem? BaseModel { get; set; }

    /// <summary>The SHA-256 that the checkpoint must have, or nothing.</summary>
    public string BaseModelSha256 { get; set; } = "";

    /// <summary>A VAE to take instead of the checkpoint's: a file, a folder, or the URI of a file.</summary>
    public ITaskItem? Vae { get; set; }

    /// <summary>The SHA-256 that the VAE must have, or nothing.</summary>
    public string VaeSha256 { get; set; } = "";

    /// <summary>sd-scripts' option names, with the value as metadata <c>Value</c>; an empty value means the default.</summary>
    [Required]
    public ITaskItem[] Options { get; set; } = [];

    /// <summary>An sd-scripts configuration whose options count where the project sets none.</summary>
    public ITaskItem? TrainingConfig { get; set; }

    /// <summary>The checkpoint on this machine; null where none is named.</summary>
    /// <exception cref="LoraBuildException">As <see cref="ModelTask.Fetch(string, string, string)"/>.</exception>
    protected string? FetchBaseModel() => Fetch(BaseModel, BaseModelSha256);

    /// <summary>The VAE on this machine; null where none is named.</summary>
    /// <exception cref="LoraBuildException">As <see cref="ModelTask.Fetch(string, string, string)"/>.</exception>
    protected string? FetchVae() => Fetch(Vae, VaeSha256);

    // A path without a hash may be a folder, and is looked at by those who read it.
    private string? Fetch(ITaskItem? model, string sha256)
    {
        if (model is null)
            return null;
        return IsUri(model.ItemSpec) || sha256.Length > 0
            ? Fetch(model.ItemSpec, sha256, DiagnosticCode.BaseModelMissing)
            : model.GetMetadata("FullPath");
    }

    /// <summary>The settings of project and configuration together; null, and every mistake reported, where there are any.</summary>
    protected TrainingSettings? ReadSettings()
    {
        var config = TrainingConfig is null ? null : SdScriptsConfig.Read(TrainingConfig.GetMetadata("FullPath"));
        var settings = TrainingSettings.Parse(SettingItems.Training(Options, config), out var problems);
        foreach (var problem in problems.Concat(config?.Diagnostics ?? []))
            Report(problem);
        return Log.HasLoggedErrors ? null : settings;
    }
}
