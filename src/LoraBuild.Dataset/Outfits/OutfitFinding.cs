namespace LoraBuild.Dataset.Outfits;

/// <summary>The outfit that AlignOutfits found on a picture, and the parts that it could not decide.</summary>
/// <param name="Outfit">The outfit that she wears, or null where none is known.</param>
/// <param name="Reason">The reason for the outfit, or for having none.</param>
/// <param name="Undecided">Parts of the outfit of which nothing told whether the picture shows them.</param>
public sealed record OutfitFinding(string? Outfit, string Reason, IReadOnlyList<string> Undecided);
