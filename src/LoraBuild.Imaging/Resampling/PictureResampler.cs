using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Resampling;

/// <summary>Resizing as sd-scripts' <c>resize_image</c> does it for the trainer and for the tagger.</summary>
public static class PictureResampler
{
    /// <summary>
    /// The opaque picture at another size: <see cref="AreaResampler"/> where neither side grows, else <see cref="LanczosResampler"/>;
    /// the source itself where it has that size already.
    /// </summary>
    public static Raster Resize(Raster source, int width, int height)
    {
        if (source.Width == width && source.Height == height)
            return source;
        return source.Width >= width && source.Height >= height
            ? AreaResampler.Resize(source, width, height)
            : LanczosResampler.Resize(source, width, height);
    }
}
