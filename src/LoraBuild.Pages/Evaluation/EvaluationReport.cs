namespace LoraBuild.Pages.Evaluation;

/// <summary>What <c>evaluation.json</c> says. Nothing of it depends on time, host or folder.</summary>
/// <param name="Title">The project's name.</param>
/// <param name="Lora">The file that is judged.</param>
/// <param name="Conditions">How it was evaluated.</param>
/// <param name="Bounds">What it has to reach.</param>
/// <param name="Missed">The bounds that it misses, as messages.</param>
/// <param name="Characters">Its figures, one a character.</param>
/// <param name="Epochs">All files that it was chosen from, with the figures of each; empty where none was chosen.</param>
/// <param name="Notes">What its author says of it, a paragraph each.</param>
public sealed record EvaluationReport(
    string Title,
    string Lora,
    EvaluationConditions Conditions,
    EvaluationBounds Bounds,
    IReadOnlyList<string> Missed,
    IReadOnlyList<CharacterEvaluation> Characters,
    IReadOnlyList<EpochSummary> Epochs,
    IReadOnlyList<string> Notes);
