using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Imaging.Edits;
using LoraBuild.Imaging.Formats;
using LoraBuild.Imaging.Hashing;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging;

/// <summary>A normalised picture.</summary>
/// <param name="Width">Of the written PNG, in pixels.</param>
/// <param name="Height">Of the written PNG, in pixels.</param>
/// <param name="Hash">The perceptual hash of its pixels.</param>
/// <param name="SourceFormat">The format of the source, whatever its name says.</param>
/// <param name="Warnings">The remarks of <see cref="PictureDecoder"/> on the source.</param>
public sealed record NormalizedPicture(
    int Width, int Height, PerceptualHash Hash, PictureFormat SourceFormat, IReadOnlyList<Diagnostic> Warnings)
{
    /// <summary>Size and perceptual hash under the picture's id.</summary>
    public PictureFacts FactsOf(string id) =>
        new(id, Width, Height, Hash.ToString()) { LearnsNothing = LearnsNothing, LearnsAll = LearnsAll };

    /// <summary>True if a mask leaves nothing of it to learn.</summary>
    public bool LearnsNothing { get; init; }

    /// <summary>True if there is a mask that leaves all of it to learn.</summary>
    public bool LearnsAll { get; init; }
}

/// <summary>
/// The Normalize step for one picture: upright, sRGB, transparency onto a background, edits, lossless 8-bit RGB PNG of the same size
/// (a crop's own size after a crop). Transparency goes first, so that edits see what a viewer shows. A mask
/// becomes the PNG's alpha, and goes through the edits with the picture.
/// </summary>
public static class PictureNormalizer
{
    private const int LeastAlpha = 16;

    /// <summary>Reads <paramref name="source"/> and writes <paramref name="target"/>, whole or not at all.</summary>
    /// <param name="source">A picture that <see cref="PictureDecoder"/> reads; never changed.</param>
    /// <param name="edits">Carried out in this order.</param>
    /// <param name="target">The PNG to write.</param>
    /// <param name="segmentation">For edits that exchange the background; null where there is no such model.</param>
    /// <param name="background">0xRRGGBB behind transparent pixels.</param>
    /// <param name="maxPixels">Sources with more pixels are refused.</param>
    /// <param name="mask">The part of the picture that the training's loss counts; null: all of it.</param>
    /// <param name="sha256">The SHA-256 that the source must have; null: any.</param>
    /// <exception cref="LoraBuildException">LB2001, LB2002, LB2003, LB2009, LB6001, LB6003, LB6004, LB6009; the file is the source, for
    /// LB6001 the target.</exception>
    public static NormalizedPicture Normalize(
        string source,
        IReadOnlyList<Edit> edits,
        string target,
        ISegmentation? segmentation = null,
        int background = 0xFFFFFF,
        long maxPixels = Raster.MaxPixels,
        PictureMask? mask = null,
        string? sha256 = null)
    {
        var decoded = PictureDecoder.Decode(source, maxPixels, sha256);
        try
        {
            var flat = decoded.Raster.Flatten(background);
            var picture =
                PictureEditor.Apply(mask is null ? flat : MaskPainter.Paint(flat, decoded.Raster, mask, maxPixels), edits, segmentation);
            PngEncoder.Encode(picture, target);
            return new NormalizedPicture(
                picture.Width, picture.Height, PerceptualHasher.Of(picture.WithoutAlpha()), decoded.Format, decoded.Warnings)
            {
                LearnsNothing = mask is not null && !HasAlpha(picture, LeastAlpha),
                LearnsAll = mask is not null && !HasAlpha(picture, least: 0, most: byte.MaxValue - 1),
            };
        }
        catch (LoraBuildException e) when (e.Diagnostic.File is null)
        {
            throw new LoraBuildException(e.Diagnostic with { File = source }, e);
        }
    }

    // Whether a pixel has an alpha within these bounds. Masks that are saved with loss are not quite black.
    private static bool HasAlpha(Raster picture, byte least, byte most = byte.MaxValue)
    {
        for (var i = 3; i < picture.Pixels.Length; i += 4)
        {
            if (picture.Pixels[i] >= least && picture.Pixels[i] <= most)
                return true;
        }

        return false;
    }
}
