namespace LoraBuild.Imaging.Png;

/// <summary>A text that a PNG carries.</summary>
/// <param name="Keyword">The name of the text, 1 to 79 characters of Latin-1 without a zero.</param>
/// <param name="Value">The text, without a zero.</param>
public sealed record PngText(string Keyword, string Value);
