namespace LoraBuild.Pages.Evaluation;

/// <summary>
/// The figures of one of the files that the best was chosen from, as means over the characters; null where there are none.
/// </summary>
/// <param name="File">The file's name.</param>
/// <param name="Identity">Identity.</param>
/// <param name="Obedience">Obedience as a share of the base model's own.</param>
/// <param name="Leakage">Leakage above the base model's.</param>
/// <param name="Score">The figure that it was chosen by: see <see cref="CharacterEvaluation.Score"/>.</param>
public sealed record EpochSummary(string File, double? Identity, double? Obedience, double? Leakage, double Score)
{
    /// <summary>The summary of a file's figures.</summary>
    public static EpochSummary Of(EvaluatedFile file) => new(
        file.File,
        Mean(file, character => character.Identity?.Lora.Value),
        Mean(file, character => character.ObedienceOfBase?.Value),
        Mean(file, character => character.LeakageAboveBase?.Value),
        file.Score);

    private static double? Mean(EvaluatedFile file, Func<CharacterEvaluation, double?> figure) =>
        file.Characters.Average(figure) is { } mean ? Math.Round(mean, 4) : null;
}
