namespace LoraBuild.Dataset.Edits;

/// <summary>Paints <paramref name="Shape"/> with the opaque colour <paramref name="To"/> (0xRRGGBB).</summary>
public sealed record EraseEdit(Shape Shape, int To) : Edit;
