namespace LoraBuild.Dataset.Edits;

/// <summary>
/// The space around something, beyond each of its sides. Where all four numbers lie within 0..1 they are fractions of its width (left and
/// right) and height (top and bottom), else pixels.
/// </summary>
public sealed record Margins(double Left, double Top, double Right, double Bottom)
{
    /// <summary>True if the numbers are fractions of the picture's size.</summary>
    public bool IsFractional => Left is >= 0 and <= 1 && Top is >= 0 and <= 1 && Right is >= 0 and <= 1 && Bottom is >= 0 and <= 1;
}
