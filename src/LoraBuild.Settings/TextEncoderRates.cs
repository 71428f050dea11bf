using System.Globalization;

namespace LoraBuild.Settings;

/// <summary>sd-scripts' <c>text_encoder_lr</c>: one learning rate for all text encoders, or one for each.</summary>
public sealed class TextEncoderRates : IEquatable<TextEncoderRates>
{
    private TextEncoderRates(IReadOnlyList<double> values) => Values = values;

    /// <summary>The rates, at least one.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>True if no text encoder learns.</summary>
    public bool AreZero => Values.All(rate => rate == 0);

    /// <summary>The same rate for all.</summary>
    public static implicit operator TextEncoderRates(double rate) => FromDouble(rate);

    /// <inheritdoc cref="op_Implicit"/>
    public static TextEncoderRates FromDouble(double rate) => new([rate]);

    /// <summary>Reads rates from 0 to 1 with commas between; null where they are something else.</summary>
    public static TextEncoderRates? TryParse(string text)
    {
        var values = new List<double>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) || rate is not (>= 0 and <= 1))
                return null;
            values.Add(rate);
        }

        return new(values);
    }

    /// <summary>The rate of a text encoder, counted from 0.</summary>
    public double Of(int encoder) => Values.Count == 1 ? Values[0] : Values[encoder];

    /// <inheritdoc/>
    public bool Equals(TextEncoderRates? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TextEncoderRates);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Aggregate(0, HashCode.Combine);

    /// <summary>The rates as <see cref="TryParse"/> reads them.</summary>
    public override string ToString() => string.Join(',', Values.Select(rate => rate.ToString(CultureInfo.InvariantCulture)));
}
