namespace LoraBuild.Benchmarks.Craft;

/// <summary>What Evaluate says of one training; null where it does not say.</summary>
/// <param name="Identity">Recall of her features for the trigger word alone.</param>
/// <param name="Obedience">As a share of the base model's own.</param>
/// <param name="Outfits">Recall of her outfits' garments.</param>
/// <param name="Leakage">Above the base model's.</param>
internal sealed record CraftResult(double? Identity, double? Obedience, double? Outfits, double? Leakage);
