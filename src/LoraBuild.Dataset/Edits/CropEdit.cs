namespace LoraBuild.Dataset.Edits;

/// <summary>Keeps only <paramref name="Area"/>. A split is one crop for each of its parts.</summary>
public sealed record CropEdit(Rectangle Area) : Edit;
