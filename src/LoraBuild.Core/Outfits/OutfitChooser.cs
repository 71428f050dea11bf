using LoraBuild.Core.Characters;
using LoraBuild.Core.Diagnostics;
using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Outfits;

/// <summary>
/// Tells which of a character's outfits a picture shows: the one that its metadata or folder names; else the first whose <c>when:</c> holds,
/// in the order of character.yaml; else the one that fits the picture's garments best, if it fits well enough and clearly better than any
/// other outfit.
/// </summary>
public sealed class OutfitChooser(Character character, ImplicationTable implications, GarmentTable garments)
{
    /// <summary>The least share of a picture's garments that an outfit must account for to be guessed.</summary>
    private const double LeastFit = 0.5;

    /// <summary>By how much the best outfit must fit better than the second.</summary>
    private const double LeastMargin = 0.2;

    /// <summary>The outfit, or null where none is known, and how it was found.</summary>
    /// <param name="tags">The picture's tags before features are stripped.</param>
    /// <param name="given">The outfit's name from metadata or folder, or null.</param>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.UnknownReference"/>: the character has no outfit of that name.</exception>
    public (Outfit? Outfit, string Reason) Choose(IReadOnlyList<string> tags, string? given)
    {
        if (given is not null) return (Named(given), "given for the picture");
        if (character.Outfits.Count == 0) return (null, "the character has no outfits");

        var present = WithImplied(tags);
        foreach (var outfit in character.Outfits)
            if (outfit.When?.IsMet(present) == true) return (outfit, "its 'when' holds");

        var named = tags.Where(tag => garments.Named(tag) is not null).ToHashSet(Tag.Comparer);
        named.ExceptWith(named.SelectMany(implications.Implied).ToArray());
        if (named.Count == 0) return (null, "no 'when' holds, and no tag names a garment");
        var fits = character.Outfits.Select(outfit => (Outfit: outfit, Fit: Fit(outfit, named))).OrderByDescending(pair => pair.Fit).ToArray();
        var (best, fit) = fits[0];
        var margin = fits.Length > 1 ? fit - fits[1].Fit : fit;
        return fit >= LeastFit && margin >= LeastMargin
            ? (best, FormattableString.Invariant($"accounts for {fit:P0} of the garments"))
            : (null, "no 'when' holds, and no outfit fits the garments clearly");
    }

    private Outfit Named(string name) =>
        character.Outfits.FirstOrDefault(outfit => Tag.Comparer.Equals(outfit.Name, name))
        ?? throw new LoraBuildException(
            DiagnosticCode.UnknownReference,
            $"The character has no outfit '{name}'.{Nearest.Suggest(name, character.Outfits.Select(outfit => outfit.Name))}",
            character.File);

    private HashSet<string> WithImplied(IReadOnlyList<string> tags)
    {
        var present = new HashSet<string>(Tag.Comparer);
        foreach (var tag in tags)
        {
            present.Add(tag);
            present.UnionWith(implications.Implied(tag));
        }

        return present;
    }

    // A garment of the picture counts whole where the outfit says the same of it or more, half where the outfit says something else of it.
    private double Fit(Outfit outfit, HashSet<string> named)
    {
        var said = WithImplied(outfit.Tags);
        var worn = outfit.Tags.Select(garments.Named).ToHashSet();
        return named.Average(tag => said.Contains(tag) ? 1 : worn.Contains(garments.Named(tag)) ? 0.5 : 0);
    }
}
