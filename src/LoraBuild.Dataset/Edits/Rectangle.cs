namespace LoraBuild.Dataset.Edits;

/// <summary>
/// A part of a picture by its edges, origin top left, <paramref name="Right"/> and <paramref name="Bottom"/> exclusive.
/// Where all four numbers lie within 0..1 they are fractions of the picture's width and height, else pixels.
/// </summary>
public sealed record Rectangle(double Left, double Top, double Right, double Bottom)
{
    /// <summary>True if the numbers are fractions of the picture's size.</summary>
    public bool IsFractional => Left is >= 0 and <= 1 && Top is >= 0 and <= 1 && Right is >= 0 and <= 1 && Bottom is >= 0 and <= 1;
}
