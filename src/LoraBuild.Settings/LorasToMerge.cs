using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings;

/// <summary>A LoRA that <c>-t:MergeLora</c> bakes into the checkpoint.</summary>
/// <param name="Include">The file or folder, as the project names it.</param>
/// <param name="Path">Its full path.</param>
/// <param name="Strength">Its own strength as text; empty where it has that of all.</param>
public sealed record MergedLora(string Include, string Path, string Strength)
{
    /// <summary>The strength with which it is merged.</summary>
    /// <param name="values">The project's values by property.</param>
    /// <exception cref="LoraBuildException">LB1008 or LB1009: it is no strength.</exception>
    public double Read(IReadOnlyDictionary<string, string> values)
    {
        if (Strength.Length == 0)
            return Options.MergeStrength.Read(values);
        return Options.MergeStrength.TryParse(Strength, out var strength) ? strength : throw new LoraBuildException(
            DiagnosticCode.InvalidMetadata, $"Strength of '{Include}' {Options.MergeStrength.Refuse(Strength)}");
    }
}

/// <summary>The items <c>LoraToMerge</c> of a project.</summary>
public static class LorasToMerge
{
    /// <summary>The name of the items.</summary>
    public const string Item = "LoraToMerge";

    /// <summary>Diagnostics of those that are wrong or have no effect, each at its line.</summary>
    /// <param name="projectFile">The project file.</param>
    /// <param name="loras">The items.</param>
    /// <param name="values">The project's values by property.</param>
    /// <param name="outputFolder">The folder of what the build makes, of which nothing need be there yet.</param>
    public static IEnumerable<Diagnostic> Check(
        string projectFile, IReadOnlyList<MergedLora> loras, IReadOnlyDictionary<string, string> values, string outputFolder)
    {
        foreach (var lora in loras)
        {
            if (!File.Exists(lora.Path) && !Directory.Exists(lora.Path)
                && !lora.Path.StartsWith(outputFolder, StringComparison.Ordinal))
            {
                yield return At(lora, DiagnosticCode.CannotRead, $"{Item} names '{lora.Include}', which is not there. Correct it.");
            }

            if (lora.Strength.Length > 0 && !Options.MergeStrength.Accepts(lora.Strength))
            {
                yield return At(
                    lora, DiagnosticCode.InvalidMetadata, $"Strength of '{lora.Include}' {Options.MergeStrength.Refuse(lora.Strength)}");
            }
            else if (lora.Read(values) == 0)
            {
                yield return At(
                    lora, DiagnosticCode.NoEffect,
                    $"'{lora.Include}' is merged with the strength 0: nothing changes. Raise {Options.MergeStrength}, or its Strength.");
            }
        }

        var text = Options.MergeStrength.Format(Options.MergeStrength.Read(values));
        if (loras.Count > 0 && text != Options.MergeStrength.DefaultText && loras.All(lora => lora.Strength.Length > 0))
        {
            yield return new(
                DiagnosticCode.NoEffect, Severity.Warning,
                $"{Options.MergeStrength} ({text}) has no effect: every {Item} has a Strength of its own. Take it away.");
        }

        Diagnostic At(MergedLora lora, string code, string message)
        {
            var (line, column) = ProjectItems.PlaceOf(projectFile, Item, lora.Include);
            return new(code, code == DiagnosticCode.NoEffect ? Severity.Warning : Severity.Error, message, projectFile, line, column);
        }
    }
}
