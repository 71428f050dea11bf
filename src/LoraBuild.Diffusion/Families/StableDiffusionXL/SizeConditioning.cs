using LoraBuild.Base.Geometry;

namespace LoraBuild.Diffusion.Families.StableDiffusionXL;

/// <summary>The sizes of a picture as SDXL is told them, in pixels.</summary>
/// <param name="Original">The picture's size before any resize.</param>
/// <param name="CropTop">The rows that are recorded as cut away above.</param>
/// <param name="CropLeft">The columns that are recorded as cut away at the left.</param>
/// <param name="Target">The size that training sees, or that is drawn.</param>
public readonly record struct SizeConditioning(PixelSize Original, int CropTop, int CropLeft, PixelSize Target)
{
    /// <summary>The numbers that each size becomes: 128 cosines, then 128 sines.</summary>
    public const int WavesPerSize = 256;

    /// <summary>The sizes that are told.</summary>
    public const int Count = 6;

    /// <summary>
    /// The sizes of a picture as sd-scripts records them: the crop is that of a picture that fits into the target by its longer side,
    /// whatever is cut in truth, since models were trained with it (Stability AI's preprocessing).
    /// </summary>
    public static SizeConditioning Of(PictureFrame frame)
    {
        var (original, target) = (frame.Original, frame.Shown);
        double width = target.Width, height = target.Height;
        var aspect = (double)original.Width / original.Height;
        var (fittedWidth, fittedHeight) = width / height > aspect ? (height * aspect, height) : (width, width / aspect);
        var left = Math.Floor((width - fittedWidth) / 2);
        var top = Math.Floor((height - fittedHeight) / 2);
        return new(original, (int)top, (int)(frame.Mirrored ? width - (left + fittedWidth) : left), target);
    }

    /// <summary>
    /// The frequencies of the waves, exp(-ln(10,000) i / 128), computed in 32 bits as sd-scripts does: sizes of thousands make the last
    /// bit show.
    /// </summary>
    public static float[] Frequencies()
    {
        const int count = WavesPerSize / 2;
        return [.. Enumerable.Range(0, count).Select(i => MathF.Exp((float)-Math.Log(10_000) * i / count))];
    }

    /// <summary>The six numbers in the model's order: heights before widths, and above before left.</summary>
    public float[] ToArray() => [Original.Height, Original.Width, CropTop, CropLeft, Target.Height, Target.Width];
}
