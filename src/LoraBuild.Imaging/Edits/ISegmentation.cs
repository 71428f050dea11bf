using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Edits;

/// <summary>Tells a figure from its background. Called from several threads at once.</summary>
public interface ISegmentation
{
    /// <summary>Measures how much of each pixel is figure, 0 to 255: height x width bytes, rows from the top.</summary>
    byte[] FigureOf(Raster picture);
}
