namespace LoraBuild.Dataset.Edits;

/// <summary>
/// The source of a picture's mask, which says what of the picture the training's loss counts. The mask becomes the alpha of the normalized
/// picture.
/// </summary>
/// <param name="FromAlpha">True if the picture's own transparency counts.</param>
/// <param name="File">A picture of the same size that is white where it counts and black where not, or null.</param>
/// <param name="Sha256">The SHA-256 that the file must have; null: any.</param>
public sealed record PictureMask(bool FromAlpha, string? File, string? Sha256 = null)
{
    /// <summary>The end of a mask file's name, after the name of its picture without extension.</summary>
    public const string Extension = ".mask.png";

    /// <summary>The name that the mask file of a picture has.</summary>
    public static string FileOf(string picture) => Path.ChangeExtension(picture, Extension);
}
