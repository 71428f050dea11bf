using System.Globalization;
using System.Text.Json.Serialization;

namespace LoraBuild.Pages.Evaluation;

/// <summary>The figures of a LoRA for one character. Figures of a family without prompts are null.</summary>
/// <param name="Trigger">Her trigger word.</param>
/// <param name="Features">Her features one by one.</param>
/// <param name="Identity">Mean recall of her features for the trigger word alone.</param>
/// <param name="Obedience">Mean recall of what was asked for: with the trigger word by the LoRA, without it by the base model.</param>
/// <param name="ObedienceOfBase">The first of these as a share of the second; null also where the base model never obeys.</param>
/// <param name="ObedienceByKind">The same by what was asked for.</param>
/// <param name="IdentityKept">Mean recall of her features in the LoRA's pictures of obedience, and, for comparison, in the base
/// model's.</param>
/// <param name="Outfits">Mean recall of her outfits' garments.</param>
/// <param name="OutfitsByName">The same by outfit.</param>
/// <param name="Leakage">Mean recall of her features where neither her trigger word nor an outfit of hers was asked for.</param>
/// <param name="LeakageAboveBase">The amount by which the LoRA raises it.</param>
/// <param name="Cases">The prompts, family by family.</param>
public sealed record CharacterEvaluation(
    string Trigger,
    IReadOnlyList<FeatureScore> Features,
    FamilyScore? Identity,
    FamilyScore? Obedience,
    Interval? ObedienceOfBase,
    IReadOnlyList<FamilyScore> ObedienceByKind,
    FamilyScore? IdentityKept,
    FamilyScore? Outfits,
    IReadOnlyList<FamilyScore> OutfitsByName,
    FamilyScore? Leakage,
    Interval? LeakageAboveBase,
    IReadOnlyList<CaseResult> Cases)
{
    /// <summary>
    /// The figure that an epoch is chosen by: identity times obedience, minus the leakage above the base model's. Obedience is a share of
    /// the base model's own, at most 1. A LoRA that does not draw her and one that draws nothing but her both get little. Without figures
    /// for one of them it does not count.
    /// </summary>
    public double Score =>
        (Identity?.Lora.Value ?? 0) * Math.Min(1, ObedienceOfBase?.Value ?? 1) - Math.Max(0, LeakageAboveBase?.Value ?? 0);

    /// <summary>Its figures in a line, with their intervals.</summary>
    [JsonIgnore]
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"'{Trigger}': identity {Told(Identity?.Lora)}, base {Told(Identity?.Base)}; obedience {Told(Obedience?.Lora)}, "
        + $"{Told(ObedienceOfBase)} of the base's own; outfits {Told(Outfits?.Lora)}; leakage {Told(Leakage?.Lora)}, "
        + $"{Told(LeakageAboveBase)} above base");

    private static string Told(Interval? interval) => interval?.ToString() ?? "not measured";
}

/// <summary>A mean recall, 0 to 1, over the pictures of a family or of a part of it.</summary>
/// <param name="Name">Of what: the family, the kind of what is asked for, or the outfit.</param>
/// <param name="Lora">With the LoRA.</param>
/// <param name="Base">Without.</param>
public sealed record FamilyScore(string Name, Interval Lora, Interval Base);

/// <summary>The share of pictures, drawn for the trigger word alone, that show a feature.</summary>
/// <param name="Tag">The feature.</param>
/// <param name="Lora">The share of the LoRA's pictures, 0 to 1.</param>
/// <param name="Base">The share of the base model's.</param>
/// <param name="Dataset">The share of her own pictures in which the tagger sees it: more cannot be learnt from them.</param>
public sealed record FeatureScore(string Tag, double Lora, double Base, double Dataset);
