using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>A thing that someone wears, of which many tags speak: black gloves, gloves and fingerless gloves are all gloves.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parts">Parts of the body on which it shows, as in Outfits/framing.txt.</param>
/// <param name="AbsentTags">Tags that say that it is not worn: barefoot for footwear.</param>
public sealed record Garment(string Name, IReadOnlyList<string> Parts, IReadOnlyList<string> AbsentTags)
{
    /// <summary>Garments are the same when they are the same entry of the table.</summary>
    public bool Equals(Garment? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => Tag.Comparer.GetHashCode(Name);
}

/// <summary>A tag that speaks of a garment.</summary>
/// <param name="Garment">The garment.</param>
/// <param name="IsName">True if the tag says what the garment is (<c>black gloves</c>), and so can be replaced by another name; false where
/// it says how it is worn or handled (<c>adjusting gloves</c>).</param>
/// <param name="IsWorn">True if the tag shows that the garment is there; false for <c>no gloves</c> and <c>unworn gloves</c>.</param>
public readonly record struct GarmentTag(Garment Garment, bool IsName, bool IsWorn);
