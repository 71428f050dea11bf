using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Incremental.Caching;
using LoraBuild.Settings;
using LoraBuild.Settings.SdScripts;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Says of every Lora* property in the project whether it exists and whether its value is possible, before any work is done.
/// </summary>
public sealed class CheckSettings : BaseModelTask
{
    private const string FollowLinks = "LoraFollowLinks";

    /// <summary>Every Lora* property that is no training option, with its value as metadata <c>Value</c>.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>The items that name other files than pictures.</summary>
    public ITaskItem[] Others { get; set; } = [];

    /// <summary>The file of prompts for regularisation images, or nothing.</summary>
    public ITaskItem? RegularizationPrompts { get; set; }

    /// <summary>The address of a remote cache, or nothing.</summary>
    public string RemoteCache { get; set; } = "";

    /// <summary>True if nothing is uploaded to it.</summary>
    public bool RemoteCacheReadOnly { get; set; }

    /// <summary>For how many seconds it may stay silent.</summary>
    public string RemoteCacheTimeout { get; set; } = "";

    /// <summary>True if the training's loss counts only what of a picture is opaque.</summary>
    [Output]
    public bool AlphaMask { get; set; }

    /// <summary>True if the training's loss counts only what the mask beside a picture shows white.</summary>
    [Output]
    public bool MaskedLoss { get; set; }

    /// <summary>True if brackets in captions weigh their words.</summary>
    [Output]
    public bool WeightedCaptions { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        var values = SettingItems.Values(Settings);
        Session.Links = new ProjectLinks(Path.GetDirectoryName(ProjectFile)!, bool.TryParse(values[FollowLinks], out var follow) && follow);
        foreach (var unknown in ProjectProperties.FindUnknown(ProjectFile))
            Report(unknown);
        var project = Path.GetDirectoryName(ProjectFile)!;
        foreach (var item in ItemPatterns.FindWithoutEffect(
            ProjectFile, [.. Session.Survey.Files.Select(file => Path.GetRelativePath(project, file)), .. Others.Select(OtherPath)]))
            Report(item);
        foreach (var name in GlobalProperties.Where(ProjectProperties.IsUnknown))
            Report(ProjectProperties.Unknown(ProjectFile, name));
        foreach (var warning in ProjectItems.FindWithoutEffect(ProjectFile))
            Report(warning);
        var config = ReadConfig();
        var settings = TrainingSettings.Parse(SettingItems.Training(Options, config), out var problems);
        (AlphaMask, MaskedLoss, WeightedCaptions) = (settings.AlphaMask, settings.MaskedLoss, settings.WeightedCaptions);
        if (config is not null)
            CheckPathsOf(settings);
        foreach (var problem in problems.Concat(settings.WarningsOfOtherPrograms()).Concat(ProjectProperties.Check(values)))
            Report(problem);
        if (!Log.HasLoggedErrors)
        {
            var all = new ProjectSettings(settings, values);
            TellWithoutEffect(all, config);
            foreach (var missing in MissingFiles.Of(all, project))
                Report(missing);
            Session.Draws = all.Draws;
            if (!Log.HasLoggedErrors && all.Draws)
                VerifyLocalModels();
        }

        CheckOutputLinks();
        CheckSamplePrompts(settings);
        CheckRegularizationPrompts(settings, Log.HasLoggedErrors ? null : LoraBuild.Settings.Options.RegularizationCount.Read(values));
        if (RemoteCache.Length > 0 && !Log.HasLoggedErrors)
            Session.Store.Remote = Connect();
    }

    private void TellWithoutEffect(ProjectSettings settings, SdScriptsConfig? config)
    {
        foreach (var (option, warning) in SettingsWithoutEffect.Of(settings, SettingItems.Written(Options, Settings, config)))
            Report(Places.Locate(warning, option.Property));
        foreach (var warning in config?.Warnings ?? [])
            Report(warning);
    }

    private static string OtherPath(ITaskItem item) => item.ItemSpec.Replace('\\', '/');

    // A link in the place of a folder that the build writes would let it write, and remove, elsewhere.
    private void CheckOutputLinks()
    {
        foreach (var folder in (string[])[OutputFolder, IntermediateFolder])
        {
            var below = Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [];
            foreach (var path in below.Order(StringComparer.Ordinal).Prepend(folder))
            {
                if (Session.Links.Refuse(Path.TrimEndingDirectorySeparator(path)) is { } refusal)
                    Report(refusal);
            }
        }
    }

    // What a configuration from elsewhere names is read into the report, or written to.
    private void CheckPathsOf(TrainingSettings settings)
    {
        var configured = Places.Configured;
        foreach (var (option, path) in new (Option, string?)[]
        {
            (LoraBuild.Settings.Options.SamplePrompts, settings.SamplePrompts),
            (LoraBuild.Settings.Options.LoggingDir, settings.LoggingDir),
        })
        {
            if (path is null || !configured.TryGetValue(option.Property, out var place)
                || !Session.Links.IsOutside(Path.GetFullPath(path)))
                continue;
            Report(new(
                DiagnosticCode.LinkOutside,
                Severity.Error,
                $"{option.Name} leads out of the project, to '{path}'. If that is meant, set {option} in the project instead.",
                place.File,
                place.Line,
                place.Column));
        }
    }

    private void CheckSamplePrompts(TrainingSettings settings)
    {
        if (settings.SamplePrompts is { } file)
            Session.Links.Require(Path.GetFullPath(file));
        SamplePrompts.Read(settings, out var problems);
        foreach (var problem in problems)
            Report(problem);
        if (File.Exists(settings.SamplePrompts))
            Session.State.HashInput(Path.GetFullPath(settings.SamplePrompts));
    }

    private void CheckRegularizationPrompts(TrainingSettings settings, int? count)
    {
        if (RegularizationPrompts is null)
            return;
        Session.Links.Require(RegularizationPrompts.GetMetadata("FullPath"));
        LoraBuild.Settings.RegularizationPrompts.Read(RegularizationPrompts.GetMetadata("FullPath"), count, settings, out var problems);
        foreach (var problem in problems)
            Report(problem);
    }

    private RemoteCache? Connect()
    {
        try
        {
            return new RemoteCache(
                LoraBuild.Incremental.Caching.RemoteCache.ParseAddress(RemoteCache),
                new RemoteCacheOptions
                {
                    ReadOnly = RemoteCacheReadOnly,
                    Silence = TimeSpan.FromSeconds(double.Parse(RemoteCacheTimeout, CultureInfo.InvariantCulture)),
                    Credentials = RemoteCredentials.From(Environment.GetEnvironmentVariable),
                });
        }
        catch (LoraBuildException e)
        {
            Report(e.Diagnostic);
            return null;
        }
    }

    private SdScriptsConfig? ReadConfig()
    {
        if (TrainingConfig is null)
            return null;
        // Known first and read then: what is written in between is a change for the next build. Which files there are is known by reading.
        Session.Links.Require(TrainingConfig);
        foreach (var file in SdScriptsConfig.Read(TrainingConfig).Files)
            Session.State.HashInput(file);
        var config = SdScriptsConfig.Read(TrainingConfig);
        foreach (var problem in config.Diagnostics)
            Report(problem);
        return config;
    }
}
