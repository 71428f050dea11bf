namespace LoraBuild.Dataset.Features;

/// <summary>The share of a character's pictures that show a feature, 0 to 1, and which they are.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Reason">Why it is a feature.</param>
/// <param name="Pictures">Ids of the pictures that have it, in the order of the pictures.</param>
/// <param name="Share">Their share of all her pictures, above 0 to 1.</param>
public sealed record FeatureShare(string Tag, string Reason, IReadOnlyList<string> Pictures, double Share);
