using System.Globalization;
using System.Text.RegularExpressions;

namespace LoraBuild.Builds.Killing;

/// <summary>When a build did what, read off its log at <c>-v:detailed</c>.</summary>
internal sealed partial class BuildTimeline
{
    /// <summary>The verbosity at which MSBuild logs where each task starts and ends.</summary>
    public const string Verbosity = "-v:detailed";

    private readonly Dictionary<string, (TimeSpan Start, TimeSpan? End)> tasks = new(StringComparer.Ordinal);
    private readonly TimeSpan? trainedAt;

    public BuildTimeline(IReadOnlyList<LogLine> log)
    {
        foreach (var line in log)
        {
            if (TaskStart().Match(line.Text) is { Success: true } start)
                tasks[start.Groups["task"].Value] = (line.At, null);
            else if (TaskEnd().Match(line.Text) is { Success: true } end && tasks.TryGetValue(end.Groups["task"].Value, out var task))
                tasks[end.Groups["task"].Value] = task with { End = line.At };
            if (IsTrained(line.Text))
                trainedAt = line.At;
            if (Step().Match(line.Text) is not { Success: true } step)
                continue;
            FirstStepAt ??= line.At;
            LastStep = int.Parse(step.Groups["step"].Value, CultureInfo.InvariantCulture);
            TotalSteps = int.Parse(step.Groups["total"].Value, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>When the training's first step was done.</summary>
    public TimeSpan? FirstStepAt { get; }

    /// <summary>The last step of the training that was told.</summary>
    public int? LastStep { get; }

    /// <summary>How many steps the training has.</summary>
    public int? TotalSteps { get; }

    /// <summary>The task that had started and not ended; null between tasks.</summary>
    public string? Running => tasks.Where(task => task.Value.End is null).Select(task => task.Key).LastOrDefault();

    /// <summary>The last task that ended.</summary>
    public string? LastEnded =>
        tasks.Where(task => task.Value.End is not null).OrderBy(task => task.Value.End).Select(task => task.Key).LastOrDefault();

    /// <summary>How long the training's files took into the cache and to their places.</summary>
    public TimeSpan PublishingTime => tasks[KillMoment.Training].End!.Value - trainedAt!.Value;

    /// <summary>How long the training's steps took.</summary>
    public TimeSpan TrainingTime => trainedAt!.Value - FirstStepAt!.Value;

    /// <summary>How long a task took.</summary>
    public TimeSpan Duration(string task) => tasks[task].End!.Value - tasks[task].Start;

    /// <summary>When a task started.</summary>
    public TimeSpan Start(string task) => tasks[task].Start;

    /// <summary>Whether a line says that a task starts.</summary>
    public static bool IsStart(string line, string task) =>
        TaskStart().Match(line) is { Success: true } start && start.Groups["task"].Value == task;

    /// <summary>Whether a line says that all steps are done and the LoRA is written, but not yet published.</summary>
    public static bool IsTrained(string line) => line.Contains(" steps done, ", StringComparison.Ordinal);

    /// <summary>Whether a line says that the training has done so many steps.</summary>
    public static bool HasReached(string line, int steps) =>
        Step().Match(line) is { Success: true } step && int.Parse(step.Groups["step"].Value, CultureInfo.InvariantCulture) >= steps;

    [GeneratedRegex(@"^[\s\d:>]*Task ""(?<task>\w+)""$")]
    private static partial Regex TaskStart();

    [GeneratedRegex(@"^[\s\d:>]*Done executing task ""(?<task>\w+)""")]
    private static partial Regex TaskEnd();

    [GeneratedRegex(@"Train: step (?<step>\d+) of (?<total>\d+)")]
    private static partial Regex Step();
}
