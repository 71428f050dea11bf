using LoraBuild.Base.Geometry;

namespace LoraBuild.Settings.Buckets;

/// <summary>How one picture is brought to the size of its bucket: resized first, then cropped.</summary>
/// <param name="Bucket">The size that training sees.</param>
/// <param name="Resized">The size after the resize: at least the bucket's, in both directions.</param>
/// <param name="AspectRatioError">The bucket's aspect ratio minus the picture's.</param>
public sealed record BucketPlacement(PixelSize Bucket, PixelSize Resized, double AspectRatioError)
{
    /// <summary>How far a crop can move: columns and rows that are cut away. Zero where the resized picture fits exactly.</summary>
    public PixelSize Slack => new(Resized.Width - Bucket.Width, Resized.Height - Bucket.Height);

    /// <summary>Left and top of the crop at the centre, rounded down as sd-scripts does.</summary>
    public (int Left, int Top) CentreCrop => (Slack.Width / 2, Slack.Height / 2);
}
