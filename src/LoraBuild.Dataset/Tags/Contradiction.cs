namespace LoraBuild.Dataset.Tags;

/// <summary>Two tags of a picture that cannot both be true of it.</summary>
/// <param name="First">One of them, as the picture has it.</param>
/// <param name="Second">The other.</param>
public readonly record struct Contradiction(string First, string Second);
