namespace LoraBuild.Pages.Evaluation;

/// <summary>The content of <c>evaluation.json</c>. Nothing of it depends on time, host or folder.</summary>
/// <param name="Title">The project's name.</param>
/// <param name="Lora">The file that is judged.</param>
/// <param name="Conditions">The conditions of the evaluation.</param>
/// <param name="Bounds">The figures that it has to reach.</param>
/// <param name="Missed">The bounds that it misses, as messages.</param>
/// <param name="Characters">Its figures, one a character.</param>
/// <param name="Epochs">All files that it was chosen from, with the figures of each; empty where none was chosen.</param>
/// <param name="Notes">The author's notes, a paragraph each.</param>
public sealed record EvaluationReport(
    string Title,
    string Lora,
    EvaluationConditions Conditions,
    EvaluationBounds Bounds,
    IReadOnlyList<string> Missed,
    IReadOnlyList<CharacterEvaluation> Characters,
    IReadOnlyList<EpochSummary> Epochs,
    IReadOnlyList<string> Notes);
