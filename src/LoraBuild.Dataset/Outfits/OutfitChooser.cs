using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>
/// Tells which of a character's outfits a picture shows: the one that its metadata or folder names; else the first whose <c>when:</c>
/// holds, in the order of character.yaml; else the one that fits the picture's garments best, if it fits well enough and clearly better
/// than any other outfit.
/// </summary>
public sealed class OutfitChooser
{
    /// <summary>The name that says that a picture shows no outfit, unless an outfit is called so.</summary>
    public const string None = "none";

    /// <summary>The least share of a picture's garments that an outfit must account for to be guessed.</summary>
    private const double LeastFit = 0.5;

    /// <summary>By how much the best outfit must fit better than the second.</summary>
    private const double LeastMargin = 0.2;

    private readonly Character character;
    private readonly ImplicationTable implications;
    private readonly GarmentTable garments;
    private readonly OutfitParts[] outfits;

    /// <summary>Prepares the outfits of a character.</summary>
    public OutfitChooser(Character character, ImplicationTable implications, GarmentTable garments)
    {
        this.character = character;
        this.implications = implications;
        this.garments = garments;
        outfits = [.. character.Outfits.Select(outfit => new OutfitParts(outfit, implications, garments))];
    }

    /// <summary>The outfit, or null where none is known, and how it was found.</summary>
    /// <param name="tags">The picture's tags before features are stripped.</param>
    /// <param name="given">The outfit's name from metadata or folder, <see cref="None"/>, or null.</param>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.UnknownReference"/>: the character has no outfit of that
    /// name.</exception>
    public (Outfit? Outfit, string Reason) Choose(IReadOnlyList<string> tags, string? given)
    {
        var (outfit, reason) = Choose(tags, new SaidTags(tags, implications), given);
        return (outfit?.Outfit, reason);
    }

    internal (OutfitParts? Outfit, string Reason) Choose(IReadOnlyList<string> tags, SaidTags said, string? given)
    {
        if (given is not null) return (Named(given), "given for the picture");
        if (outfits.Length == 0) return (null, "the character has no outfits");
        foreach (var outfit in outfits)
            if (outfit.Outfit.When?.IsMet(said.Contains) == true) return (outfit, "its 'when' holds");

        var names = WithoutImplied(tags.Where(tag => garments.Named(tag) is not null));
        if (names.Count == 0) return (null, "no 'when' holds, and no tag names a garment");
        var fits = outfits.Select(outfit => (Outfit: outfit, Fit: names.Average(name => Fit(name, outfit))))
            .OrderByDescending(pair => pair.Fit)
            .ToArray();
        var (best, fit) = fits[0];
        var margin = fits.Length > 1 ? fit - fits[1].Fit : fit;
        return fit >= LeastFit && margin >= LeastMargin
            ? (best, FormattableString.Invariant($"accounts for {fit:P0} of the garments"))
            : (null, "no 'when' holds, and no outfit fits the garments clearly");
    }

    private OutfitParts? Named(string name)
    {
        if (Array.Find(outfits, outfit => Tag.Comparer.Equals(outfit.Outfit.Name, name)) is { } named) return named;
        if (Tag.Comparer.Equals(name, None)) return null;
        throw new LoraBuildException(
            DiagnosticCode.UnknownReference,
            $"The character has no outfit '{name}'.{Nearest.Suggest(name, character.Outfits.Select(outfit => outfit.Name))}",
            character.File);
    }

    private HashSet<string> WithoutImplied(IEnumerable<string> tags)
    {
        var left = tags.ToHashSet(Tag.Comparer);
        foreach (var tag in left.ToArray()) left.ExceptWith(implications.Implied(tag));
        return left;
    }

    // A garment of the picture counts whole where the outfit says the same of it or more, half where the outfit says something else of it.
    private double Fit(string name, OutfitParts outfit) => outfit.Says(name) ? 1 : outfit.Wears(garments.Named(name)) ? 0.5 : 0;
}
