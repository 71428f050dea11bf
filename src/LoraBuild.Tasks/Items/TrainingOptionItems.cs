using LoraBuild.Settings.SdScripts;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks.Items;

/// <summary>The training options of a project: its properties, before what an sd-scripts configuration says.</summary>
internal static class TrainingOptionItems
{
    /// <summary>The options' values by name; an empty one means the default.</summary>
    /// <param name="options">sd-scripts' option names, with the project's value as metadata <c>Value</c>.</param>
    /// <param name="config">The configuration that the project names, or null.</param>
    public static Dictionary<string, string> Values(ITaskItem[] options, SdScriptsConfig? config)
    {
        var values = options.ToDictionary(option => option.ItemSpec, option => option.GetMetadata("Value"), StringComparer.Ordinal);
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
