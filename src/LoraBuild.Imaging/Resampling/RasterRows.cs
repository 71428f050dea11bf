using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Resampling;

/// <summary>The rows of a picture.</summary>
internal sealed class RasterRows(Raster picture) : IPixelRows
{
    /// <inheritdoc/>
    public int Width => picture.Width;

    /// <inheritdoc/>
    public int Height => picture.Height;

    /// <inheritdoc/>
    public bool IsWhite(int y) => false;

    /// <inheritdoc/>
    public ReadOnlySpan<uint> Row(int y) => picture.Pixels(y);
}
