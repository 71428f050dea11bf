using System.Globalization;
using System.Numerics;

namespace LoraBuild.Dataset.Pictures;

/// <summary>
/// 64 bits that say what a picture looks like: a smaller, brighter or differently compressed copy has nearly the same ones. Written as 16
/// hexadecimal digits.
/// </summary>
/// <param name="Bits">A bit for each of the 64 lowest frequencies, set where it is above their median.</param>
public readonly record struct PerceptualHash(ulong Bits)
{
    /// <summary>In how many bits two hashes differ, 0 to 64. Copies of a picture differ in few, unrelated pictures in about 32.</summary>
    public int DistanceTo(PerceptualHash other) => BitOperations.PopCount(Bits ^ other.Bits);

    /// <summary>Reads 16 hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static PerceptualHash Parse(string text) => new(ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    /// <summary>16 hexadecimal digits.</summary>
    public override string ToString() => Bits.ToString("x16", CultureInfo.InvariantCulture);
}
