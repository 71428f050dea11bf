using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;

namespace LoraBuild.Settings;

/// <summary>One thing that an author can set about the training: its names, meaning and range, and how it is read from text.</summary>
public sealed class TrainingOption
{
    private readonly IReadOnlyList<string> choices;
    private readonly Func<TrainingSettings, string> format;
    private readonly Func<TrainingSettings, string, TrainingSettings?> parse;

    private TrainingOption(
        string name,
        string meaning,
        string allowed,
        Func<TrainingSettings, string> format,
        Func<TrainingSettings, string, TrainingSettings?> parse,
        bool isText = false,
        IEnumerable<string>? choices = null,
        bool isReal = false)
    {
        Name = name;
        Meaning = meaning;
        Allowed = allowed;
        IsText = isText;
        IsReal = isReal;
        this.choices = [.. choices ?? []];
        this.format = format;
        this.parse = parse;
        Property = PropertyOf(name);
        Default = format(new TrainingSettings());
    }

    /// <summary>The MSBuild property for a name of sd-scripts'.</summary>
    internal static string PropertyOf(string name) =>
        "Lora" + string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>sd-scripts' (or LyCORIS') name, such as <c>noise_offset</c>.</summary>
    public string Name { get; }

    /// <summary>The MSBuild property, such as <c>LoraNoiseOffset</c>.</summary>
    public string Property { get; }

    /// <summary>What it does, in one sentence.</summary>
    public string Meaning { get; }

    /// <summary>The values that it takes, as the end of the sentence "it must be ...".</summary>
    public string Allowed { get; }

    /// <summary>Whether any text is a value, also one that reads as a number.</summary>
    public bool IsText { get; }

    /// <summary>Whether a value is a number that need not be whole.</summary>
    public bool IsReal { get; }

    /// <summary>The default as text; empty for an option that is not set by default.</summary>
    public string Default { get; }

    /// <summary>The option's value in <paramref name="settings"/>, as text that <see cref="Apply"/> reads back.</summary>
    public string Text(TrainingSettings settings) => format(settings);

    /// <summary>The settings with this option read from text, or null where the text is not one of the allowed values.</summary>
    public TrainingSettings? Apply(TrainingSettings settings, string text) => parse(settings, text.Trim());

    /// <summary>What to tell an author whose text <see cref="Apply"/> refused, as a sentence without its subject: "is ...; it must be ...".</summary>
    public string Refuse(string text) => $"is '{text}'; it must be {Allowed}.{Nearest.Suggest(text.Trim(), choices)}";

    internal static TrainingOption Phrase(
        string name, string meaning, Func<TrainingSettings, string> get, Func<TrainingSettings, string, TrainingSettings> set) =>
        new(name, meaning, "a text", get, (settings, text) => text.Length == 0 ? null : set(settings, text), isText: true);

    internal static TrainingOption OptionalPhrase(
        string name, string meaning, Func<TrainingSettings, string?> get, Func<TrainingSettings, string?, TrainingSettings> set) =>
        new(name, meaning, "empty or a text", settings => get(settings) ?? "", (settings, text) => set(settings, text.Length == 0 ? null : text), isText: true);

    internal static TrainingOption Flag(
        string name, string meaning, Func<TrainingSettings, bool> get, Func<TrainingSettings, bool, TrainingSettings> set) =>
        new(
            name,
            meaning,
            "true or false",
            settings => get(settings) ? "true" : "false",
            (settings, text) => bool.TryParse(text, out var value) ? set(settings, value) : null);

    internal static TrainingOption OptionalFlag(
        string name, string meaning, Func<TrainingSettings, bool?> get, Func<TrainingSettings, bool?, TrainingSettings> set) =>
        new(
            name,
            meaning,
            "empty, true or false",
            settings => get(settings) is { } value ? (value ? "true" : "false") : "",
            (settings, text) => text.Length == 0 ? set(settings, null) : bool.TryParse(text, out var value) ? set(settings, value) : null);

    internal static TrainingOption Integer(
        string name, int min, int max, string meaning, Func<TrainingSettings, int> get, Func<TrainingSettings, int, TrainingSettings> set) =>
        new(
            name,
            meaning,
            $"a whole number {Range(min, max)}",
            settings => get(settings).ToString(CultureInfo.InvariantCulture),
            (settings, text) => TryInteger(text, min, max, out var value) ? set(settings, value) : null);

    internal static TrainingOption OptionalInteger(
        string name, int min, int max, string meaning, Func<TrainingSettings, int?> get, Func<TrainingSettings, int?, TrainingSettings> set) =>
        new(
            name,
            meaning,
            $"empty or a whole number {Range(min, max)}",
            settings => get(settings)?.ToString(CultureInfo.InvariantCulture) ?? "",
            (settings, text) => text.Length == 0 ? set(settings, null) : TryInteger(text, min, max, out var value) ? set(settings, value) : null);

    internal static TrainingOption Number(
        string name, double min, double max, string meaning, Func<TrainingSettings, double> get, Func<TrainingSettings, double, TrainingSettings> set) =>
        new(
            name,
            meaning,
            string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"),
            settings => Text(get(settings)),
            (settings, text) => TryNumber(text, min, max, out var value) ? set(settings, value) : null,
            isReal: true);

    internal static TrainingOption OptionalNumber(
        string name, double min, double max, string meaning, Func<TrainingSettings, double?> get, Func<TrainingSettings, double?, TrainingSettings> set) =>
        new(
            name,
            meaning,
            string.Create(CultureInfo.InvariantCulture, $"empty or a number from {min} to {max}"),
            settings => get(settings) is { } value ? Text(value) : "",
            (settings, text) => text.Length == 0 ? set(settings, null) : TryNumber(text, min, max, out var value) ? set(settings, value) : null,
            isReal: true);

    internal static TrainingOption Choice<T>(
        string name,
        IReadOnlyList<(string Text, T Value)> choices,
        string meaning,
        Func<TrainingSettings, T> get,
        Func<TrainingSettings, T, TrainingSettings> set) =>
        new(
            name,
            meaning,
            choices.Count == 1 ? choices[0].Text : $"{string.Join(", ", choices.SkipLast(1).Select(choice => choice.Text))} or {choices[^1].Text}",
            settings => choices.First(choice => Equals(choice.Value, get(settings))).Text,
            (settings, text) => choices.Where(choice => choice.Text.Equals(text, StringComparison.OrdinalIgnoreCase))
                .Select(choice => set(settings, choice.Value))
                .FirstOrDefault(),
            choices: choices.Select(choice => choice.Text));

    internal static TrainingOption Size(
        string name, int min, int max, string meaning, Func<TrainingSettings, PixelSize> get, Func<TrainingSettings, PixelSize, TrainingSettings> set) =>
        new(
            name,
            meaning,
            $"WIDTH,HEIGHT or one number for both, each from {min} to {max}",
            settings => $"{get(settings).Width},{get(settings).Height}",
            (settings, text) =>
            {
                var sides = text.Split(',', StringSplitOptions.TrimEntries);
                return sides.Length is 1 or 2 && TryInteger(sides[0], min, max, out var width) && TryInteger(sides[^1], min, max, out var height)
                    ? set(settings, new(width, height))
                    : null;
            });

    internal static TrainingOption Length(
        string name, int min, string meaning, Func<TrainingSettings, TrainingLength> get, Func<TrainingSettings, TrainingLength, TrainingSettings> set) =>
        new(
            name,
            meaning,
            $"a number of steps such as 370 or of epochs such as '10 epochs', {(min == 0 ? "or 0" : $"at least {min}")}",
            settings => get(settings).ToString(),
            (settings, text) => TrainingLength.TryParse(text, out var value) && value.Share == 0 && value.Count >= min ? set(settings, value) : null);

    internal static TrainingOption LengthOrShare(
        string name, string meaning, Func<TrainingSettings, TrainingLength> get, Func<TrainingSettings, TrainingLength, TrainingSettings> set) =>
        new(
            name,
            meaning,
            "a number of steps such as 370, of epochs such as '10 epochs', a share of the training such as 0.1 or 10%, or 0",
            settings => get(settings).ToString(),
            (settings, text) => TrainingLength.TryParse(text, out var value) ? set(settings, value) : null);

    internal static TrainingOption OptimizerArgs(
        string name, string meaning, Func<TrainingSettings, OptimizerArguments> get, Func<TrainingSettings, OptimizerArguments, TrainingSettings> set) =>
        new(
            name,
            meaning,
            "a list of KEY=VALUE with spaces between, such as weight_decay=0.1 betas=0.9,0.99",
            settings => get(settings).ToString(),
            (settings, text) => OptimizerArguments.TryParse(text, out var value) ? set(settings, value) : null);

    internal static TrainingOption Parsed<T>(
        string name,
        string allowed,
        string meaning,
        Func<TrainingSettings, T?> get,
        Func<TrainingSettings, T?, TrainingSettings> set,
        Func<string, T?> parse)
        where T : class =>
        new(
            name,
            meaning,
            allowed,
            settings => get(settings)?.ToString() ?? "",
            (settings, text) => text.Length == 0 ? set(settings, null) : parse(text) is { } value ? set(settings, value) : null);

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Range(int min, int max) => max == int.MaxValue ? $"of at least {min}" : $"from {min} to {max}";

    private static bool TryInteger(string text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    private static bool TryNumber(string text, double min, double max, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;
}
