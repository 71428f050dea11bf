namespace LoraBuild.Dataset.Edits;

/// <summary>
/// Cuts away a uniform border: from each side all rows or columns whose pixels differ by at most <paramref name="Tolerance"/> (0..255, each
/// channel) from the mean colour of the outermost one. Sides may have borders of different colours.
/// </summary>
public sealed record TrimEdit(int Tolerance) : Edit;
