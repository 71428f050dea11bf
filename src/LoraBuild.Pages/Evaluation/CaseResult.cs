namespace LoraBuild.Pages.Evaluation;

/// <summary>A prompt and what its two pictures show.</summary>
/// <param name="Case">The prompt.</param>
/// <param name="Lora">With the LoRA.</param>
/// <param name="Base">Without.</param>
public sealed record CaseResult(EvaluationCase Case, SeenPicture Lora, SeenPicture Base);
