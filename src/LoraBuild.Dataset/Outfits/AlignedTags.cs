using System.Text.Json.Serialization;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>The result of AlignOutfits for a picture.</summary>
/// <param name="Tags">The final tags, with the reason for each change.</param>
/// <param name="Outfit">The outfit that she wears, or null where none is known; then nothing was changed.</param>
/// <param name="OutfitReason">The reason for the outfit, or for having none.</param>
/// <param name="Verdicts">For each tag of the outfit, in the outfit's order, whether the picture shows it and why.</param>
public sealed record AlignedTags(PictureTags Tags, string? Outfit, string OutfitReason, IReadOnlyList<OutfitVerdict> Verdicts)
{
    /// <summary>Everything there is to tell besides the tags.</summary>
    [JsonIgnore]
    public OutfitFinding Finding => new(Outfit, OutfitReason, [.. Undecided.Select(verdict => verdict.Tag)]);

    /// <summary>The parts of the outfit of which nothing told whether the picture shows them.</summary>
    [JsonIgnore]
    public IEnumerable<OutfitVerdict> Undecided => Verdicts.Where(verdict => verdict.Basis == VerdictBasis.Undecided);
}

/// <summary>The outfit that AlignOutfits found on a picture, and the parts that it could not decide.</summary>
/// <param name="Outfit">The outfit that she wears, or null where none is known.</param>
/// <param name="Reason">The reason for the outfit, or for having none.</param>
/// <param name="Undecided">Parts of the outfit of which nothing told whether the picture shows them.</param>
public sealed record OutfitFinding(string? Outfit, string Reason, IReadOnlyList<string> Undecided);
