using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Tagging;

/// <summary>Writes pictures into the channels-first inputs of detectors and segmentation models.</summary>
internal static class PlaneWriter
{
    /// <summary>Writes a picture's R, G and B as 0 to 1 into three planes.</summary>
    /// <param name="picture">An opaque picture that fits.</param>
    /// <param name="planes">3 x height x width numbers.</param>
    /// <param name="width">Of a plane.</param>
    /// <param name="height">Of a plane.</param>
    /// <param name="left">The place of the picture.</param>
    /// <param name="top">The place of the picture.</param>
    public static void Write(Raster picture, Span<float> planes, int width, int height, int left, int top)
    {
        for (var y = 0; y < picture.Height; y++)
        {
            var row = picture.Row(y);
            for (var x = 0; x < picture.Width; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                    planes[(channel * height + top + y) * width + left + x] = row[x * 4 + channel] / 255f;
            }
        }
    }
}
