namespace LoraBuild.Base.Geometry;

/// <summary>The size of a picture or bucket.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public readonly record struct PixelSize(int Width, int Height)
{
    /// <summary>Width over height.</summary>
    public double AspectRatio => (double)Width / Height;

    /// <summary>The number of pixels.</summary>
    public long Area => (long)Width * Height;

    /// <summary><c>WIDTHxHEIGHT</c>.</summary>
    public override string ToString() => $"{Width}x{Height}";
}
