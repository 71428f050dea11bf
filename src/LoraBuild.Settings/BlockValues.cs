using System.Globalization;

namespace LoraBuild.Settings;

/// <summary>A number for each block of the UNet, as sd-scripts' <c>networks.lora</c> takes them.</summary>
public sealed class BlockValues : IEquatable<BlockValues>
{
    /// <summary>The number of blocks on the way down, and of those on the way up.</summary>
    public const int PerWay = 12;

    /// <summary>The number of all blocks, with the one between.</summary>
    public const int Count = PerWay + 1 + PerWay;

    private readonly string text;

    private BlockValues(string text, IReadOnlyList<double> values)
    {
        this.text = text;
        Values = values;
    }

    /// <summary>The numbers, from the first block to the last.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Reads numbers that are separated by commas.</summary>
    /// <param name="text">The text.</param>
    /// <param name="count">The number of values that there must be.</param>
    /// <param name="max">The largest that is allowed; the smallest is 0.</param>
    /// <param name="whole">True if they must be whole.</param>
    /// <returns>The numbers, or null where they are not what they must be.</returns>
    public static BlockValues? TryParse(string text, int count, double max, bool whole = false)
    {
        var values = new List<double>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryNumber(part, out var value) || value > max || (whole && value != Math.Floor(value)))
                return null;
            values.Add(value);
        }

        return values.Count == count
            ? new(string.Join(',', values.Select(value => value.ToString(CultureInfo.InvariantCulture))), values)
            : null;
    }

    /// <summary>
    /// Reads numbers, or one of sd-scripts' curves over that many blocks: <c>sine</c>, <c>cosine</c>, <c>linear</c>, <c>reverse_linear</c>
    /// or <c>zeros</c>, with something added to each number after a plus sign, as in <c>sine+.25</c>.
    /// </summary>
    /// <inheritdoc cref="TryParse"/>
    public static BlockValues? TryParseCurve(string text, int count, double max)
    {
        var parts = text.Split('+', StringSplitOptions.TrimEntries);
        var added = 0.0;
        if (parts.Length > 2 || (parts.Length == 2 && (!TryNumber(parts[1], out added) || added > max)))
            return null;
        Func<double, double>? curve = parts[0] switch
        {
            "sine" => place => Math.Sin(Math.PI * place / 2),
            "cosine" => place => Math.Sin(Math.PI * (1 - place) / 2),
            "linear" => place => place,
            "reverse_linear" => place => 1 - place,
            "zeros" => _ => 0,
            _ => null,
        };
        return curve is null
            ? TryParse(text, count, max)
            : new(string.Join('+', parts), [.. Enumerable.Range(0, count).Select(i => curve((double)i / (count - 1)) + added)]);
    }

    /// <inheritdoc/>
    public bool Equals(BlockValues? other) => other is not null && text == other.text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BlockValues);

    /// <inheritdoc/>
    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The text that it is read from.</summary>
    public override string ToString() => text;

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
}
