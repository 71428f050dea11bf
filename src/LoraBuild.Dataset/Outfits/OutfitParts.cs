using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>One tag of an outfit.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Garment">The garment that it names, or null where the table knows none.</param>
/// <param name="ImpliedBy">Other tags of the outfit that imply it.</param>
internal sealed record OutfitPart(string Tag, Garment? Garment, IReadOnlyList<string> ImpliedBy);

/// <summary>An outfit's tags and garments by the tables, looked up once.</summary>
internal sealed class OutfitParts
{
    private readonly SaidTags said;
    private readonly HashSet<Garment> garments;

    public OutfitParts(Outfit outfit, ImplicationTable implications, GarmentTable table)
    {
        Outfit = outfit;
        var tags = outfit.Tags.Distinct(Tag.Comparer).ToArray();
        Parts = [.. tags.Select(tag => new OutfitPart(tag, table.Named(tag), [.. tags.Where(other => implications.Implies(other, tag))]))];
        said = new SaidTags(tags, implications);
        garments = Parts.Select(part => part.Garment).OfType<Garment>().ToHashSet();
    }

    public Outfit Outfit { get; }

    /// <summary>The outfit's tags in its order, each once.</summary>
    public IReadOnlyList<OutfitPart> Parts { get; }

    /// <summary>True if the tag is one of the outfit's.</summary>
    public bool Has(string tag) => said.ContainsItself(tag);

    /// <summary>True if the tag is one of the outfit's, or is implied by one.</summary>
    public bool Says(string tag) => said.Contains(tag);

    /// <summary>True if one of the outfit's tags names the garment.</summary>
    public bool Wears(Garment? garment) => garment is not null && garments.Contains(garment);
}
