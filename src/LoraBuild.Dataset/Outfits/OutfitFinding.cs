namespace LoraBuild.Dataset.Outfits;

/// <summary>What AlignOutfits found of a picture besides its tags.</summary>
/// <param name="Outfit">The outfit that she wears, or null where none is known.</param>
/// <param name="Reason">How the outfit was found, or why none was.</param>
/// <param name="Undecided">Parts of the outfit of which nothing told whether the picture shows them.</param>
public sealed record OutfitFinding(string? Outfit, string Reason, IReadOnlyList<string> Undecided);
