using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Outfits;

/// <summary>The ground on which a part of an outfit counts as shown or not. The first that applies, in this order, decides.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VerdictBasis>))]
public enum VerdictBasis
{
    /// <summary>The author: <c>hidden:</c>, or a tag added or removed by hand.</summary>
    Author,

    /// <summary>One of the picture's tags names the garment.</summary>
    Tag,

    /// <summary>One of the picture's tags says that the garment is not worn.</summary>
    NotWorn,

    /// <summary>The tagger's score of a tag of the garment reaches the evidence threshold.</summary>
    Score,

    /// <summary>The framing shows or cuts off the garment's part of the body.</summary>
    Framing,

    /// <summary>Nothing tells; <see cref="AlignmentOptions.Undecided"/> decided.</summary>
    Undecided,
}

/// <summary>The verdict on whether a picture shows a part of its outfit.</summary>
/// <param name="Tag">A tag of the outfit.</param>
/// <param name="IsShown">True if the caption names it.</param>
/// <param name="Basis">The ground that decided.</param>
/// <param name="Reason">The same in a few words.</param>
public sealed record OutfitVerdict(string Tag, bool IsShown, VerdictBasis Basis, string Reason);
