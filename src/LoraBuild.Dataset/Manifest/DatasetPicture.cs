namespace LoraBuild.Dataset.Manifest;

/// <summary>One picture of the finished dataset.</summary>
/// <param name="File">The PNG's name within its group's folder; its caption lies beside it as <c>.txt</c>.</param>
/// <param name="Sha256">SHA-256 of the PNG's bytes, lower-case hexadecimal.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Caption">The caption: tags separated by a comma and a space, the trigger first.</param>
/// <param name="Source">The picture it came from, relative to the project.</param>
/// <param name="Outfit">The outfit that she wears, or null where none is known.</param>
public sealed record DatasetPicture(string File, string Sha256, int Width, int Height, string Caption, string Source, string? Outfit);
