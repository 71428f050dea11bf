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

        var export = new SdScriptsExport(settings, DatasetFile.Read(DatasetFolder), Path.GetFullPath(DatasetFolder));
        foreach (var warning in export.Warnings)
            Report(warning);
        Write(SdScriptsExport.DatasetFile, export.Dataset());
        var training = export.Training(FetchBaseModel(), FetchVae(), Path.GetFullPath(Folder), OutputName);
        Write(SdScriptsExport.TrainingFile, training);
        Say($"sd-scripts: accelerate launch train_network.py --config_file {Quoted(Path.Combine(Folder, SdScriptsExport.TrainingFile))}");
    }

    // As a shell takes it, whatever the folder is called.
    private static string Quoted(string path) => $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private void Write(string name, string content) =>
        AtomicFile.Write(Path.Combine(Folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(content)));
}
