using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Edits;

/// <summary>Whole pixels of a picture; <paramref name="Right"/> and <paramref name="Bottom"/> exclusive.</summary>
internal readonly record struct PixelArea(int Left, int Top, int Right, int Bottom)
{
    /// <summary>The pixels that a rectangle means.</summary>
    /// <exception cref="LoraBuildException">LB2003.</exception>
    public static PixelArea Of(Rectangle rectangle, Raster picture)
    {
        var (across, down) = rectangle.IsFractional ? (picture.Width, picture.Height) : (1, 1);
        double left = Edge(rectangle.Left * across), top = Edge(rectangle.Top * down);
        double right = Edge(rectangle.Right * across), bottom = Edge(rectangle.Bottom * down);
        var name = string.Create(
            CultureInfo.InvariantCulture, $"rectangle [{rectangle.Left}, {rectangle.Top}, {rectangle.Right}, {rectangle.Bottom}]");
        if (!(left >= 0 && top >= 0 && right <= picture.Width && bottom <= picture.Height))
            throw Outside(name, picture);
        if (!(left < right && top < bottom))
            throw new LoraBuildException(
                DiagnosticCode.EditOutsidePicture,
                $"The {name} is empty in a picture of {picture.Width} x {picture.Height} pixels. The order is left, top, right, bottom.");
        return new PixelArea((int)left, (int)top, (int)right, (int)bottom);
    }

    /// <summary>The error for something that reaches outside the picture.</summary>
    public static LoraBuildException Outside(string name, Raster picture) => new(
        DiagnosticCode.EditOutsidePicture,
        $"The {name} reaches outside the picture, which has {picture.Width} x {picture.Height} pixels (upright).");

    private static double Edge(double value) => Math.Floor(value + 0.5);
}
