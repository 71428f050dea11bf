namespace LoraBuild.Pages.Evaluation;

/// <summary>A feature by which a character is recognised.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Share">The share of her own pictures that have it before StripFeatures, 0 to 1.</param>
public sealed record IdentityFeature(string Tag, double Share);
