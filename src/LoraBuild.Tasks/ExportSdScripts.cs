using System.Text;
using LoraBuild.Core.Files;
using LoraBuild.Core.Manifest;
using LoraBuild.Core.SdScripts;
using LoraBuild.Core.Settings;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// ExportSdScripts: the two configurations with which sd-scripts and LyCORIS train the same LoRA on the dataset that was built.
/// </summary>
public sealed class ExportSdScripts : LoraTask
{
    /// <summary>The dataset folder with its <c>dataset.json</c>.</summary>
    [Required]
    public string DatasetFolder { get; set; } = "";

    /// <summary>The checkpoint to train on.</summary>
    public ITaskItem? BaseModel { get; set; }

    /// <summary>The VAE's own file, where it has one.</summary>
    public ITaskItem? Vae { get; set; }

    /// <summary>sd-scripts' option names, with the value as metadata <c>Value</c>; an empty value means the default.</summary>
    [Required]
    public ITaskItem[] Options { get; set; } = [];

    /// <summary>An sd-scripts configuration whose options count where the project sets none.</summary>
    public ITaskItem? TrainingConfig { get; set; }

    /// <summary>The folder for both files, and for what sd-scripts makes of them.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <summary>The LoRA's file name without extension.</summary>
    [Required]
    public string OutputName { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        var config = TrainingConfig is null ? null : SdScriptsConfig.Read(TrainingConfig.GetMetadata("FullPath"));
        var settings = TrainingSettings.Parse(TrainingOptionItems.Values(Options, config), out var problems);
        foreach (var problem in problems.Concat(config?.Diagnostics ?? []))
            Report(problem);
        if (Log.HasLoggedErrors)
            return;

        var export = new SdScriptsExport(settings, DatasetFile.Read(DatasetFolder), Path.GetFullPath(DatasetFolder));
        Write(SdScriptsExport.DatasetFile, export.Dataset());
        var training = export.Training(BaseModel?.GetMetadata("FullPath"), Vae?.GetMetadata("FullPath"), Path.GetFullPath(Folder), OutputName);
        Write(SdScriptsExport.TrainingFile, training);
        Say($"sd-scripts: accelerate launch train_network.py --config_file \"{Path.Combine(Folder, SdScriptsExport.TrainingFile)}\"");
    }

    private void Write(string name, string content) =>
        AtomicFile.Write(Path.Combine(Folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(content)));
}
