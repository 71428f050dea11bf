namespace LoraBuild.Dataset.Edits;

/// <summary>Adds a border of the opaque colour <paramref name="To"/> (0xRRGGBB).</summary>
/// <param name="Sides">The margins; null: those that make the picture a square with it in the middle.</param>
/// <param name="To">The border's colour.</param>
public sealed record PadEdit(Margins? Sides, int To) : Edit;
