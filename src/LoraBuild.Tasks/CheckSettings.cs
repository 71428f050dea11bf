using LoraBuild.Core.Settings;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Says of every Lora* property in the project whether it exists and whether its value is possible, before any work is done.
/// </summary>
public sealed class CheckSettings : LoraTask
{
    /// <summary>The project file.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>sd-scripts' option names, with the value as metadata <c>Value</c>.</summary>
    [Required]
    public ITaskItem[] Options { get; set; } = [];

    /// <summary>Every Lora* property that is no training option, with its value as metadata <c>Value</c>.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        foreach (var unknown in ProjectProperties.FindUnknown(ProjectFile))
            Report(unknown);
        TrainingSettings.Parse(ValuesOf(Options), out var problems);
        foreach (var problem in problems.Concat(PipelineSettings.Check(ValuesOf(Settings))))
            Report(ProjectProperties.Locate(ProjectFile, problem));
    }

    private static Dictionary<string, string> ValuesOf(ITaskItem[] items) =>
        items.ToDictionary(item => item.ItemSpec, item => item.GetMetadata("Value"), StringComparer.Ordinal);
}
