namespace LoraBuild.Pages.Evaluation;

/// <summary>A small copy of a picture, for the page.</summary>
/// <param name="Image">A JPEG.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public sealed record EvaluationThumbnail(byte[] Image, int Width, int Height);
