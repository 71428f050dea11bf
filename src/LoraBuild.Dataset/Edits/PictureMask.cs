namespace LoraBuild.Dataset.Edits;

/// <summary>Where the mask of a picture comes from: what of it the training's loss counts. It becomes the alpha of the normalized picture.</summary>
/// <param name="FromAlpha">Whether the picture's own transparency counts.</param>
/// <param name="File">A picture of the same size that is white where it counts and black where not, or null.</param>
/// <param name="Sha256">What that file is known to hold; null: whatever it holds.</param>
public sealed record PictureMask(bool FromAlpha, string? File, string? Sha256 = null)
{
    /// <summary>What a mask file's name ends with, after the name of its picture without extension.</summary>
    public const string Extension = ".mask.png";

    /// <summary>The name that the mask file of a picture has.</summary>
    public static string FileOf(string picture) => Path.ChangeExtension(picture, Extension);
}
