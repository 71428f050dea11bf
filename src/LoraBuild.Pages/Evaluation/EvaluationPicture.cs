namespace LoraBuild.Pages.Evaluation;

/// <summary>A picture that an evaluation draws.</summary>
/// <param name="Prompt">Its prompt.</param>
/// <param name="Seed">Its seed.</param>
public readonly record struct EvaluationPicture(string Prompt, long Seed);
