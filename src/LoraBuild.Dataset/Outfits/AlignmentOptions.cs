namespace LoraBuild.Dataset.Outfits;

/// <summary>The treatment of a part of an outfit of which nothing tells whether a picture shows it.</summary>
public enum Undecided
{
    /// <summary>The caption does not name it.</summary>
    Drop,

    /// <summary>The caption names it.</summary>
    Keep,
}

/// <summary>Settings of the alignment of outfits.</summary>
/// <param name="EvidenceThreshold">A garment is there when the tagger gives a tag of it at least this score, 0..1. Lower than the threshold
/// at which tags are written, since it is known that she wears the outfit and only asked whether it shows.</param>
/// <param name="Undecided">The treatment of parts of which nothing tells.</param>
public sealed record AlignmentOptions(double EvidenceThreshold = 0.1, Undecided Undecided = Undecided.Drop)
{
    /// <summary>The defaults.</summary>
    public static AlignmentOptions Default { get; } = new();
}
