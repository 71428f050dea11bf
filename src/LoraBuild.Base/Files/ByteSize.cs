using System.Globalization;

namespace LoraBuild.Base.Files;

/// <summary>Sizes as people write them: <c>20 GB</c>, <c>500MB</c>, <c>1.5 TB</c>. A kilobyte has 1,000 bytes.</summary>
public static class ByteSize
{
    private const double Step = 1000;
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Reads a size; one without a unit is in bytes.</summary>
    /// <param name="text">A number that is not negative and, maybe, a unit.</param>
    /// <param name="bytes">The size in bytes.</param>
    /// <returns>True if it is one.</returns>
    public static bool TryParse(string text, out long bytes)
    {
        var trimmed = text.Trim();
        var number = trimmed.TrimEnd([.. trimmed.Where(char.IsAsciiLetter)]);
        var unit = trimmed[number.Length..].ToUpperInvariant();
        var power = unit.Length == 0 ? 0 : Array.IndexOf(Units, unit);
        bytes = 0;
        if (power < 0 || !double.TryParse(
            number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value))
            return false;
        var size = value * Math.Pow(Step, power);
        if (size >= long.MaxValue)
            return false;
        bytes = (long)size;
        return true;
    }

    /// <summary>Writes a size with three digits or so: <c>1.23 GB</c>.</summary>
    public static string Format(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        for (; value >= Step && unit < Units.Length - 1; unit++)
            value /= Step;
        return unit == 0 ? FormattableString.Invariant($"{bytes} B") : FormattableString.Invariant($"{value:0.##} {Units[unit]}");
    }
}
