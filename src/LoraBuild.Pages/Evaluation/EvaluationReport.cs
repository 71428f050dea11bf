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

/// <summary>The conditions under which an evaluation's pictures were drawn and read.</summary>
/// <param name="Samples">Prompts of each family.</param>
/// <param name="Sampler">The sampler.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="Guidance">The scale of classifier-free guidance.</param>
/// <param name="NegativePrompt">The negative prompt.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Seed">The first seed.</param>
/// <param name="Threshold">The tagger's threshold for general tags.</param>
public sealed record EvaluationConditions(
    int Samples, string Sampler, int Steps, double Guidance, string NegativePrompt, int Width, int Height, long Seed, float Threshold);

/// <summary>The figures that a LoRA has to reach; null: any will do.</summary>
/// <param name="MinIdentity"><c>LoraMinIdentity</c>.</param>
/// <param name="MinObedience"><c>LoraMinObedience</c>.</param>
/// <param name="MaxLeakage"><c>LoraMaxLeakage</c>.</param>
public sealed record EvaluationBounds(double? MinIdentity, double? MinObedience, double? MaxLeakage);

/// <summary>The figures of one LoRA file.</summary>
/// <param name="File">Its name.</param>
/// <param name="Characters">Its figures, one a character.</param>
public sealed record EvaluatedFile(string File, IReadOnlyList<CharacterEvaluation> Characters)
{
    /// <summary>The figure that it is chosen by: the mean of <see cref="CharacterEvaluation.Score"/> over the characters.</summary>
    public double Score => Math.Round(Characters.Average(character => character.Score), 4);

    /// <summary>The file with the highest score; of equal ones the first, which was trained for the shortest time.</summary>
    /// <param name="files">The epochs in their order, the finished LoRA last; at least one.</param>
    public static EvaluatedFile Best(IReadOnlyList<EvaluatedFile> files) => files.MaxBy(file => file.Score)!;
}
