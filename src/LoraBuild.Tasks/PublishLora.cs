using System.Globalization;
using System.Reflection;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Pages.Releases;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>Publish: the LoRA of a build that succeeded, and what belongs to it, in a folder to hand on. Same inputs, same bytes.</summary>
public sealed class PublishLora : BaseModelTask
{
    /// <summary>The character.yaml files.</summary>
    [Required]
    public ITaskItem[] Characters { get; set; } = [];

    /// <summary>Name and <c>Value</c> of every setting.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>The report's page; left out where it does not exist.</summary>
    public string ReportPage { get; set; } = "";

    /// <summary>The folder of previews; left out where it does not exist.</summary>
    [Required]
    public string PreviewsFolder { get; set; } = "";

    /// <summary>The folder to publish into.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        if (ReadSettings() is not { } settings)
            return;
        if (Session.IsUnfinished)
            throw new LoraBuildException(
                DiagnosticCode.NothingToPublish,
                "The training has not ended, so there is nothing to publish yet. Build again, which goes on with it.");
        var epochs = LoraBuild.Settings.Options.PublishEpochs.Read(SettingItems.Values(Settings));
        var loras = ReleaseLoras.Of(epochs, OutputFolder, OutputName, Session.State.IsMade);
        var files = ReleaseFolder.Write(Folder, Describe(settings), loras, [.. FurtherFiles()]);
        Say(string.Create(CultureInfo.InvariantCulture, $"Publish: {files.Count} files, {loras.Count} of them LoRAs"));
    }

    private Release Describe(TrainingSettings settings)
    {
        var (baseModel, vae) = (FetchBaseModel() ?? "", FetchVae());
        var model = BaseModelFiles.Of(baseModel, vae);
        var tools = Tools(EngineVersions.Of(this));
        var libraries = EngineVersions.Of(this).Libraries;
        return new Release(
            OutputName,
            [.. Characters.Select(character => CharacterFile.Read(character.GetMetadata("FullPath")).Character!)],
            DatasetFile.Read(DatasetFolder),
            [.. model.Weights.Select(file => new ReleaseInput(Path.GetFileName(file), Session.State.HashInput(file)))],
            OnModel(settings, baseModel, vae) ?? settings,
            ProjectProperties.OfDataset(SettingItems.Values(Settings)),
            ReleaseInput.Of(
                Session.State.Inputs.Where(file => !libraries.Contains(Path.GetFullPath(file.Key))),
                ProjectFolder,
                [IntermediateFolder, OutputFolder, FolderOf(WorkerAssembly), FolderOf(typeof(PublishLora).Assembly.Location)]),
            tools,
            Date())
        {
            Model = Describe(baseModel, vae),
        };
    }

    private static Dictionary<string, string> Tools(EngineVersions engines) => new()
    {
        ["LoraBuild"] = typeof(PublishLora).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        ["images"] = engines.Images,
        ["tagger"] = engines.Tagger,
        ["tensors"] = engines.Tensors,
    };

    private static DateTimeOffset? Date()
    {
        var value = Environment.GetEnvironmentVariable(Release.DateVariable);
        if (string.IsNullOrEmpty(value))
            return null;
        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new LoraBuildException(
                DiagnosticCode.InvalidProperty, $"{Release.DateVariable} is '{value}'; it must be a number of seconds since 1970.");
    }

    private IEnumerable<ReleaseFile> FurtherFiles()
    {
        yield return new(DatasetFile.Name, Path.Combine(DatasetFolder, DatasetFile.Name));
        if (File.Exists(ReportPage))
            yield return new("report.html", ReportPage);
        if (!Directory.Exists(PreviewsFolder))
            yield break;
        foreach (var file in Directory.EnumerateFiles(PreviewsFolder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            yield return new(Path.GetRelativePath(OutputFolder, file).Replace(Path.DirectorySeparatorChar, '/'), file);
    }

    private static string FolderOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;
}
