namespace LoraBuild.Pages.Evaluation;

/// <summary>The share of pictures, drawn for the trigger word alone, that show a feature.</summary>
/// <param name="Tag">The feature.</param>
/// <param name="Lora">The share of the LoRA's pictures, 0 to 1.</param>
/// <param name="Base">The share of the base model's.</param>
/// <param name="Dataset">The share of her own pictures in which the tagger sees it: more cannot be learnt from them.</param>
public sealed record FeatureScore(string Tag, double Lora, double Base, double Dataset);
