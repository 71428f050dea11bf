using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;

namespace LoraBuild.Settings.Buckets;

/// <summary>
/// Aspect-ratio bucketing with sd-scripts' arithmetic (<c>BucketManager</c>): the sizes that a training batch may have, and the one that a
/// picture goes to. Rounding is to the nearest integer and then down to a multiple of the step.
/// </summary>
public sealed class BucketSelector
{
    private readonly PixelSize resolution;
    private readonly bool noUpscale;
    private readonly int steps;

    /// <summary>Buckets around one resolution.</summary>
    /// <param name="resolution">Its area bounds the area of every bucket.</param>
    /// <param name="enableBucket">False: one bucket, of the resolution itself; pictures are scaled to cover it.</param>
    /// <param name="noUpscale">True: pictures are only ever made smaller, any multiple of the step is a bucket, and
    /// <paramref name="minReso"/> and <paramref name="maxReso"/> do not count.</param>
    /// <param name="minReso">Shortest side of a predefined bucket, rounded down to a multiple of the step.</param>
    /// <param name="maxReso">Longest side of a predefined bucket, rounded up to a multiple of the step.</param>
    /// <param name="steps">Sides of buckets are multiples of it.</param>
    public BucketSelector(PixelSize resolution, bool enableBucket, bool noUpscale, int minReso, int maxReso, int steps)
    {
        this.resolution = resolution;
        this.noUpscale = enableBucket && noUpscale;
        this.steps = steps;
        Predefined = !enableBucket ? [resolution] : noUpscale ? [] : PredefinedSizes(resolution.Area, minReso, maxReso, steps);
    }

    /// <summary>The buckets of a training.</summary>
    public static BucketSelector For(TrainingSettings settings) => new(
        settings.TrainedResolution,
        settings.EnableBucket,
        settings.BucketNoUpscale,
        settings.MinBucketReso,
        settings.MaxBucketReso,
        settings.BucketResoSteps);

    /// <summary>The buckets to choose from, by width and then height; empty where any multiple of the step is one.</summary>
    public IReadOnlyList<PixelSize> Predefined { get; }

    /// <summary>The bucket of a picture, and the size to which the picture is resized before it is cropped to the bucket.</summary>
    /// <exception cref="LoraBuildException">LB5003: a side of the bucket would be shorter than one step.</exception>
    public BucketPlacement Select(PixelSize picture, string? file = null)
    {
        var (bucket, resized) = noUpscale ? SelectAny(picture) : SelectPredefined(picture);
        if (bucket.Width <= 0 || bucket.Height <= 0)
        {
            throw new LoraBuildException(
                DiagnosticCode.PictureTooSmall,
                $"The picture is {picture} and fits no bucket: at resolution {resolution} one side of it would be shorter than "
                    + $"bucket_reso_steps ({steps} pixels). "
                    + $"Crop it less narrow, leave it out, lower {Options.BucketResoSteps} or raise {Options.Resolution}.",
                file);
        }

        return new(bucket, resized, bucket.AspectRatio - picture.AspectRatio);
    }

    private static List<PixelSize> PredefinedSizes(long area, int minReso, int maxReso, int steps)
    {
        minReso -= minReso % steps;
        maxReso += (steps - (maxReso % steps)) % steps;
        var square = (int)(Math.Floor(Math.Sqrt(area) / steps) * steps);
        var sizes = new HashSet<PixelSize> { new(square, square) };
        for (var width = minReso; width <= maxReso; width += steps)
        {
            var height = (int)Math.Min(maxReso, area / width / steps * steps);
            if (height >= minReso)
            {
                sizes.Add(new(width, height));
                sizes.Add(new(height, width));
            }
        }

        return [.. sizes.OrderBy(size => size.Width).ThenBy(size => size.Height)];
    }

    private (PixelSize Bucket, PixelSize Resized) SelectPredefined(PixelSize picture)
    {
        var ratio = picture.AspectRatio;
        var bucket = Predefined.Contains(picture) ? picture : Predefined.MinBy(size => Math.Abs(size.AspectRatio - ratio));
        var scale = ratio > bucket.AspectRatio ? (double)bucket.Height / picture.Height : (double)bucket.Width / picture.Width;
        return (bucket, new(Round(picture.Width * scale), Round(picture.Height * scale)));
    }

    private (PixelSize Bucket, PixelSize Resized) SelectAny(PixelSize picture)
    {
        var resized = picture.Area > resolution.Area ? Shrink(picture.AspectRatio) : picture;
        return (new(Floor(resized.Width), Floor(resized.Height)), resized);
    }

    // Either the width or the height becomes a multiple of the step: whichever keeps the aspect ratio better.
    private PixelSize Shrink(double ratio)
    {
        var width = Math.Sqrt(resolution.Area * ratio);
        var height = resolution.Area / width;

        var steppedWidth = Floor(Round(width));
        var heightOfSteppedWidth = Floor(Round(steppedWidth / ratio));
        var steppedHeight = Floor(Round(height));
        var widthOfSteppedHeight = Floor(Round(steppedHeight * ratio));
        if (heightOfSteppedWidth == 0 || steppedHeight == 0)
            return default;

        var errorOfWidth = Math.Abs(((double)steppedWidth / heightOfSteppedWidth) - ratio);
        var errorOfHeight = Math.Abs(((double)widthOfSteppedHeight / steppedHeight) - ratio);
        return errorOfWidth < errorOfHeight
            ? new(steppedWidth, Round(steppedWidth / ratio))
            : new(Round(steppedHeight * ratio), steppedHeight);
    }

    private int Floor(int pixels) => pixels - (pixels % steps);

    private static int Round(double pixels) => (int)(pixels + 0.5);
}

/// <summary>The way of one picture to the size of its bucket: resized first, then cropped.</summary>
/// <param name="Bucket">The size that training sees.</param>
/// <param name="Resized">The size after the resize: at least the bucket's, in both directions.</param>
/// <param name="AspectRatioError">The bucket's aspect ratio minus the picture's.</param>
public sealed record BucketPlacement(PixelSize Bucket, PixelSize Resized, double AspectRatioError)
{
    /// <summary>The columns and rows that are cut away, over which a crop can move. Zero where the resized picture fits exactly.</summary>
    public PixelSize Slack => new(Resized.Width - Bucket.Width, Resized.Height - Bucket.Height);

    /// <summary>Left and top of the crop at the centre, rounded down as sd-scripts does.</summary>
    public (int Left, int Top) CentreCrop => (Slack.Width / 2, Slack.Height / 2);
}
