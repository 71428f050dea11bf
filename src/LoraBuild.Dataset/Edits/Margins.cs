namespace LoraBuild.Dataset.Edits;

/// <summary>
/// How far something reaches beyond each side of a picture. Where all four numbers lie within 0..1 they are fractions of its width (left
/// and right) and height (top and bottom), else pixels.
/// </summary>
public sealed record Margins(double Left, double Top, double Right, double Bottom)
{
    /// <summary>Whether the numbers are fractions of the picture's size.</summary>
    public bool IsFractional => Left is >= 0 and <= 1 && Top is >= 0 and <= 1 && Right is >= 0 and <= 1 && Bottom is >= 0 and <= 1;
}
