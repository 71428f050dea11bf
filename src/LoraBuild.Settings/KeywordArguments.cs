using System.Globalization;
using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings;

/// <summary>
/// sd-scripts' <c>optimizer_args</c> and <c>lr_scheduler_args</c>: <c>weight_decay=0.1 betas=0.9,0.99</c>, in any order, with spaces or
/// semicolons between. A key that is not named has the library's own default. Equal where the text form is.
/// </summary>
public sealed partial class KeywordArguments : IEquatable<KeywordArguments>
{
    /// <summary>Python's word for a value that is not set.</summary>
    internal const string NoValue = "None";

    private KeywordArguments(IReadOnlyList<KeyValuePair<string, string>> values) => Values = values;

    /// <summary>No arguments.</summary>
    public static KeywordArguments None { get; } = new([]);

    /// <summary>The optimizer's arguments of the article that LoraBuild follows: <c>weight_decay=0.1</c>.</summary>
    public static KeywordArguments OfArticle { get; } = Parse("weight_decay=0.1");

    /// <summary>
    /// Keys and values as they were written, in order: numbers as short as they can be, pairs as <c>0.9,0.99</c>, texts in quotes.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Values { get; }

    /// <summary>A number, or <paramref name="ifMissing"/>.</summary>
    public double Number(string key, double ifMissing) => OptionalNumber(key) ?? ifMissing;

    /// <summary>A number, or null where it is missing or <c>None</c>.</summary>
    public double? OptionalNumber(string key) => Find(key) is { } text && TryNumber(text, out var number) ? number : null;

    /// <summary>True or false, or <paramref name="ifMissing"/>.</summary>
    public bool Flag(string key, bool ifMissing) => Find(key) is { } text ? bool.Parse(text) : ifMissing;

    /// <summary>Two numbers, or <paramref name="ifMissing"/>.</summary>
    public (double First, double Second) Pair(string key, (double First, double Second) ifMissing) =>
        Find(key) is { } text && TryPair(text, out var pair) ? pair : ifMissing;

    /// <summary>A text, without its quotes; null where it is missing.</summary>
    public string? Word(string key) => Find(key) is { } text ? Unquoted(text) : null;

    /// <summary>The arguments that someone does not take, as sentences that say what is taken.</summary>
    /// <param name="owner">The optimizer or schedule that takes them.</param>
    /// <param name="known">The arguments that it takes.</param>
    public IEnumerable<string> ProblemsFor(string owner, IReadOnlyList<KeywordArgument> known)
    {
        foreach (var (key, value) in Values)
        {
            if (known.FirstOrDefault(argument => argument.Name == key) is not { } argument)
            {
                var names = known.Select(candidate => candidate.Name).ToList();
                var taken = names.Count > 0 ? $"It takes {string.Join(", ", names)}." : "It takes none.";
                yield return $"{owner} takes no '{key}'.{Nearest.Suggest(key, names)} {taken}";
            }
            else if (!argument.Accepts(value))
            {
                yield return $"{key} is '{value}'; it must be {argument.Allowed}.";
            }
        }
    }

    /// <summary>
    /// Reads the text form. Values are numbers, True, False, None, texts in quotes, or numbers with commas, in parentheses or not.
    /// </summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static KeywordArguments Parse(string text) =>
        TryParse(text, out var arguments) ? arguments : throw new FormatException($"'{text}' is no list of KEY=VALUE.");

    /// <inheritdoc cref="Parse"/>
    /// <returns>True if it is of that form.</returns>
    public static bool TryParse(string text, out KeywordArguments arguments)
    {
        var found = Argument().Matches(text)
            .Select(argument => KeyValuePair.Create(argument.Groups["key"].Value, Normalized(argument.Groups["value"].Value) ?? ""))
            .ToList();
        arguments = new(found);
        return Arguments().IsMatch(text)
            && found.All(entry => entry.Value.Length > 0)
            && found.DistinctBy(entry => entry.Key).Count() == found.Count;
    }

    /// <inheritdoc/>
    public bool Equals(KeywordArguments? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KeywordArguments);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Join(' ', Values.Select(entry => $"{entry.Key}={entry.Value}"));

    internal static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    internal static bool TryPair(string text, out (double First, double Second) pair)
    {
        pair = default;
        return text.Split(',') is [var first, var second] && TryNumber(first, out pair.First) && TryNumber(second, out pair.Second);
    }

    private string? Find(string key) => Values.FirstOrDefault(entry => entry.Key == key).Value;

    private static string? Normalized(string value)
    {
        var parts = value.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries);
        if (parts is [var word] && (word == NoValue || bool.TryParse(word, out _)))
            return word == NoValue ? NoValue : bool.Parse(word).ToString();
        if (Unquoted(value) is { Length: > 0 } text)
            return $"'{text}'";
        return parts.All(part => TryNumber(part, out _))
            ? string.Join(',', parts.Select(Shortest))
            : null;
    }

    private static string? Unquoted(string value) =>
        value.Length > 1 && value[0] is '\'' or '"' && value[^1] == value[0] ? value[1..^1] : null;

    private static string Shortest(string number) =>
        double.Parse(number, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("""(?<key>[A-Za-z_]\w*)=(?<value>\([^()]*\)|[^\s;()]+)""")]
    private static partial Regex Argument();

    [GeneratedRegex("""^\s*([A-Za-z_]\w*=(\([^()]*\)|[^\s;()]+)(?=[\s;]|$)[\s;]*)*$""")]
    private static partial Regex Arguments();
}
