using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Settings;

/// <summary>The files that a project names and that are not there, told before the first step and not when their turn comes.</summary>
public static class MissingFiles
{
    /// <summary>An error for each; it names the property.</summary>
    /// <param name="settings">All settings of the project.</param>
    /// <param name="folder">The project's folder, from which paths count.</param>
    /// <param name="asked">The target that is asked for by name besides the build.</param>
    public static IEnumerable<Diagnostic> Of(ProjectSettings settings, string folder, Steps asked = Steps.None)
    {
        var trains = settings.Is(Options.Train.Property, "true");
        var merges = asked == Steps.MergeLora;
        var mergesBase = merges && !settings.IsSet(Options.MergeInto.Property);
        var draws = settings.Draws;
        (bool IsNeeded, Option Option, string? Path, string Code)[] named =
        [
            (draws || mergesBase, Options.BaseModel, Value(Options.BaseModel), DiagnosticCode.BaseModelMissing),
            (draws, Options.Vae, Value(Options.Vae), DiagnosticCode.BaseModelMissing),
            (draws, Options.Tokenizer, Value(Options.Tokenizer), DiagnosticCode.BaseModelMissing),
            (true, Options.Implications, Value(Options.Implications), DiagnosticCode.InvalidProperty),
            (trains, Options.NetworkWeights, settings.Training.NetworkWeights, DiagnosticCode.BaseModelMissing),
            (trains, Options.Resume, settings.Training.Resume, DiagnosticCode.StateMismatch),
            (merges, Options.MergeInto, Value(Options.MergeInto), DiagnosticCode.BaseModelMissing),
            (asked == Steps.Evaluate, Options.EvaluateNotes, Value(Options.EvaluateNotes), DiagnosticCode.CannotRead),
        ];
        return
            from file in named
            where file.IsNeeded && !string.IsNullOrWhiteSpace(file.Path) && !WebAddress.Is(file.Path)
            let path = Path.GetFullPath(file.Path.Trim(), folder)
            where !File.Exists(path) && !Directory.Exists(path)
            select new Diagnostic(file.Code, Severity.Error, $"{file.Option} names '{file.Path.Trim()}', which is not there. Correct it.");

        string? Value(Option option) => settings.Values.GetValueOrDefault(option.Property);
    }
}
