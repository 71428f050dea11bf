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

    private static bool Said(Dictionary<string, string> values, string name) => !string.IsNullOrWhiteSpace(values.GetValueOrDefault(name));
}
