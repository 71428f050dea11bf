using System.Text;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Pages.SdScripts;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// ExportSdScripts: the two configurations with which sd-scripts and LyCORIS train the same LoRA on the dataset that was built.
/// </summary>
public sealed class ExportSdScripts : BaseModelTask
{
    /// <summary>The folder for both files, and for what sd-scripts makes of them.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        if (ReadSettings() is not { } settings)
            return;

        var (baseModel, vae) = (FetchBaseModel(), FetchVae());
        var model = baseModel is null ? null : Describe(baseModel, vae);
        var completed = baseModel is null ? settings : OnModel(settings, baseModel, vae);
        if (completed is null || Log.HasLoggedErrors)
            return;
        var export = new SdScriptsExport(completed, DatasetFile.Read(DatasetFolder), Path.GetFullPath(DatasetFolder), model);
        foreach (var warning in export.Warnings)
            Report(warning);
        Write(SdScriptsExport.DatasetFile, export.Dataset());
        var training = export.Training(baseModel, vae, Path.GetFullPath(Folder), OutputName);
        Write(SdScriptsExport.TrainingFile, training);
        Say($"sd-scripts: accelerate launch {export.Script} --config_file {Quoted(Path.Combine(Folder, SdScriptsExport.TrainingFile))}");
    }

    // As a shell takes it, whatever the folder is called.
    private static string Quoted(string path) => $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private void Write(string name, string content) =>
        AtomicFile.Write(Path.Combine(Folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(content)));
}
