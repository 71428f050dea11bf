using System.Globalization;
using System.Text.RegularExpressions;

namespace LoraBuild.Builds;

/// <summary>How a <c>dotnet build</c> ended.</summary>
internal sealed partial record BuildResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>How many items a step processed, by its line in the log; null where the step did not run.</summary>
    public int? Processed(string step) => Number(step, "made");

    /// <summary>How many items a step took from the cache.</summary>
    public int Restored(string step) => Number(step, "cached") ?? 0;

    /// <summary>Whether LoRA training ran.</summary>
    public bool Trained => Output.Contains("Train: step ", StringComparison.Ordinal);

    /// <summary>Whether any step did anything.</summary>
    public bool DidNothing =>
        StepLine().Matches(Output).All(line => line.Groups["made"].Value == "0" && line.Groups["cached"].Value == "") && !Trained;

    /// <summary>The error and warning lines, each once.</summary>
    public IReadOnlyList<string> Diagnostics =>
        [.. Output.Split('\n').Select(line => line.Trim()).Where(line => DiagnosticLine().IsMatch(line)).Distinct()];

    private int? Number(string step, string group)
    {
        var line = StepLine().Matches(Output).LastOrDefault(line => line.Groups["step"].Value == step);
        return line is { } && line.Groups[group].Value is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"^ *(?<step>\w+): (?<made>\d+) of \d+ \w+(, (?<cached>\d+) from the cache)?", RegexOptions.Multiline)]
    private static partial Regex StepLine();

    [GeneratedRegex(@"(error|warning) (LB|MSB|NETSDK)\d+")]
    private static partial Regex DiagnosticLine();
}
