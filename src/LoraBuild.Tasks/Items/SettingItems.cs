using LoraBuild.Settings;
using LoraBuild.Settings.SdScripts;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks.Items;

/// <summary>The settings of a project, as MSBuild passes them on: items with the value as metadata <c>Value</c>.</summary>
internal static class SettingItems
{
    private const string Value = "Value";

    /// <summary>The values by property.</summary>
    public static Dictionary<string, string> Values(ITaskItem[] settings) =>
        settings.ToDictionary(setting => setting.ItemSpec, setting => setting.GetMetadata(Value), StringComparer.Ordinal);

    /// <summary>The training options' values by sd-scripts' names: the project's, before those of an sd-scripts configuration.</summary>
    /// <param name="options">Items by sd-scripts' names.</param>
    /// <param name="config">The configuration that the project names, or null.</param>
    public static Dictionary<string, string> Training(ITaskItem[] options, SdScriptsConfig? config)
    {
        var values = Values(options);
        // max_train_epochs counts before max_train_steps, but the project before the file.
        var ownLength = Said(values, "max_train_steps") && !Said(values, "max_train_epochs");
        foreach (var (name, value) in config?.Options ?? new Dictionary<string, string>())
        {
            if (!Said(values, name) && !(ownLength && name == "max_train_epochs"))
                values[name] = value;
        }

        return values;
    }

    /// <summary>The options that the author wrote, with the text. Those of a configuration only where they are no default.</summary>
    /// <param name="options">Items by sd-scripts' names.</param>
    /// <param name="settings">Items by properties; what the project leaves out has its default.</param>
    /// <param name="config">The configuration that the project names, or null.</param>
    public static IEnumerable<(Option Option, string Text)> Written(ITaskItem[] options, ITaskItem[] settings, SdScriptsConfig? config)
    {
        var own = Values(options);
        foreach (var option in LoraBuild.Settings.Options.Training)
        {
            if (Said(own, option.Name!))
                yield return (option, own[option.Name!]);
            else if (config?.Written.ContainsKey(option.Name!) == true && config.Options[option.Name!] is var text
                && !IsDefault(option, text))
                yield return (option, text);
        }

        foreach (var (property, text) in Values(settings))
        {
            if (LoraBuild.Settings.Options.Find(property) is { Name: null } option && text.Trim().Length > 0
                && text.Trim() != option.DefaultText)
                yield return (option, text);
        }
    }

    /// <summary>The places of settings, with those of a configuration for what the project itself does not say.</summary>
    /// <param name="places">Those of the project.</param>
    /// <param name="options">Items by sd-scripts' names.</param>
    /// <param name="config">The configuration's file, or null.</param>
    public static SettingPlaces Places(SettingPlaces places, ITaskItem[] options, string? config)
    {
        if (config is null)
            return places;
        var own = Values(options);
        return places with
        {
            Configured = SdScriptsConfig.Read(config).Written.Where(option => !Said(own, option.Key))
                .ToDictionary(option => Option.PropertyOf(option.Key), option => option.Value, StringComparer.OrdinalIgnoreCase),
        };
    }

    private static bool IsDefault(Option option, string text) =>
        string.Equals(text, option.DefaultText, StringComparison.OrdinalIgnoreCase)
            || string.Equals(text, option.SdScriptsDefault, StringComparison.OrdinalIgnoreCase);

    private static bool Said(Dictionary<string, string> values, string name) => !string.IsNullOrWhiteSpace(values.GetValueOrDefault(name));
}
