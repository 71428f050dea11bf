namespace LoraBuild.Core.Edits;

/// <summary>Turns the picture clockwise by 90, 180 or 270 <paramref name="Degrees"/>, which moves pixels and changes none.</summary>
public sealed record RotateEdit(int Degrees) : Edit;
