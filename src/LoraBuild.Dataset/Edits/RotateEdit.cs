namespace LoraBuild.Dataset.Edits;

/// <summary>
/// Turns the picture clockwise. Quarter turns move pixels and change none; other angles make the picture large enough for all of it, with
/// <paramref name="To"/> (0xRRGGBB) in the corners.
/// </summary>
/// <param name="Degrees">0 up to 360.</param>
/// <param name="To">The colour of the corners.</param>
public sealed record RotateEdit(double Degrees, int To = 0xFFFFFF) : Edit;
