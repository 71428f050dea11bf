namespace LoraBuild.Pages.Evaluation;

/// <summary>The figures that a LoRA has to reach; null: any will do.</summary>
/// <param name="MinIdentity"><c>LoraMinIdentity</c>.</param>
/// <param name="MinObedience"><c>LoraMinObedience</c>.</param>
/// <param name="MaxLeakage"><c>LoraMaxLeakage</c>.</param>
public sealed record EvaluationBounds(double? MinIdentity, double? MinObedience, double? MaxLeakage);
