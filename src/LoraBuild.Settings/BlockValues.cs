using System.Globalization;

namespace LoraBuild.Settings;

/// <summary>The blocks of a UNet as sd-scripts' <c>networks.lora</c> numbers them.</summary>
/// <param name="PerWay">The blocks on the way down, and as many on the way up: <c>down_lr_weight</c> and <c>up_lr_weight</c>.</param>
/// <param name="InMiddle">The blocks between: <c>mid_lr_weight</c>.</param>
/// <param name="Count">All that <c>block_dims</c> and the like number.</param>
public sealed record BlockLayout(int PerWay, int InMiddle, int Count)
{
    /// <summary>That of Stable Diffusion 1.x and 2.x.</summary>
    public static BlockLayout StableDiffusion { get; } = new(12, 1, 25);

    /// <summary>That of SDXL, where the layers before and after the blocks have a number, too, and no adapters.</summary>
    public static BlockLayout StableDiffusionXL { get; } = new(9, 3, 23);

    /// <summary>Every layout that there is.</summary>
    public static IReadOnlyList<BlockLayout> All { get; } = [StableDiffusionXL, StableDiffusion];
}

/// <summary>A number for each block of the UNet, as sd-scripts' <c>networks.lora</c> takes them.</summary>
public sealed class BlockValues : IEquatable<BlockValues>
{
    private readonly string text;
    private readonly Func<int, IReadOnlyList<double>> values;

    private BlockValues(string text, int? count, Func<int, IReadOnlyList<double>> values) =>
        (this.text, Count, this.values) = (text, count, values);

    /// <summary>The number of values; null for a curve, which is there for any number of blocks.</summary>
    public int? Count { get; }

    /// <summary>True if all values are 0.</summary>
    public bool AreZero => Of(Count ?? 2).All(value => value == 0);

    /// <summary>Reads numbers that are separated by commas.</summary>
    /// <param name="text">The text.</param>
    /// <param name="counts">The numbers of values that there may be.</param>
    /// <param name="max">The largest that is allowed; the smallest is 0.</param>
    /// <param name="whole">True if they must be whole.</param>
    /// <returns>The numbers, or null where they are not what they must be.</returns>
    public static BlockValues? TryParse(string text, IEnumerable<int> counts, double max, bool whole = false)
    {
        var values = new List<double>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryNumber(part, out var value) || value > max || (whole && value != Math.Floor(value)))
                return null;
            values.Add(value);
        }

        return counts.Contains(values.Count)
            ? new(string.Join(',', values.Select(value => value.ToString(CultureInfo.InvariantCulture))), values.Count, _ => values)
            : null;
    }

    /// <summary>
    /// Reads numbers, or one of sd-scripts' curves over the blocks: <c>sine</c>, <c>cosine</c>, <c>linear</c>, <c>reverse_linear</c>
    /// or <c>zeros</c>, with something added to each number after a plus sign, as in <c>sine+.25</c>.
    /// </summary>
    /// <inheritdoc cref="TryParse"/>
    public static BlockValues? TryParseCurve(string text, IEnumerable<int> counts, double max)
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
            ? TryParse(text, counts, max)
            : new(
                string.Join('+', parts),
                null,
                count => [.. Enumerable.Range(0, count).Select(i => curve((double)i / (count - 1)) + added)]);
    }

    /// <summary>The numbers, from the first block to the last.</summary>
    /// <param name="count">The number of blocks: <see cref="Count"/> where that is not null.</param>
    public IReadOnlyList<double> Of(int count) => values(count);

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
