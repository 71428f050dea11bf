using System.Globalization;
using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Text;

namespace LoraBuild.Base.Yaml;

/// <summary>Takes values out of YAML nodes and collects what is wrong with them, so that an author sees every error at once.</summary>
public sealed class YamlValues(string file)
{
    private readonly List<Diagnostic> diagnostics = [];

    /// <summary>The faults found so far, in the order of the file.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics =>
        [.. diagnostics.OrderBy(diagnostic => diagnostic.Line).ThenBy(diagnostic => diagnostic.Column)];

    /// <summary>Records an error at a node.</summary>
    public void Error(string code, YamlNode place, string message) =>
        diagnostics.Add(new Diagnostic(code, Severity.Error, message, file, place.Line, place.Column));

    /// <summary>Records a value that is not what it must be.</summary>
    public void Invalid(YamlNode place, string message) => Error(DiagnosticCode.InvalidValue, place, message);

    /// <summary>Records a warning that what is written at a node has no effect.</summary>
    public void NoEffect(YamlNode place, string message) => Warning(DiagnosticCode.NoEffect, place, message);

    /// <summary>Records a warning at a node.</summary>
    public void Warning(string code, YamlNode place, string message) =>
        diagnostics.Add(new Diagnostic(code, Severity.Warning, message, file, place.Line, place.Column));

    /// <summary>The entries of a mapping whose keys are the author's own; none where nothing is written.</summary>
    public IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries(YamlNode node, string what)
    {
        if (node is YamlScalar { IsNull: true }) return [];
        if (node is not YamlMapping mapping)
        {
            Invalid(node, $"{what} must be a mapping, 'key: value' on lines of their own or {{key: value}}.");
            return [];
        }

        var firstLines = new Dictionary<string, int>();
        var entries = new List<(YamlScalar, YamlNode)>();
        foreach (var (key, value) in mapping.Entries)
        {
            if (firstLines.TryAdd(key.Text, key.Line)) entries.Add((key, value));
            else Invalid(key, $"'{key.Text}' stands twice, first in line {firstLines[key.Text]}. Keep one of them.");
        }

        return entries;
    }

    /// <summary>The values of a mapping with known keys, in the file's order; other keys are errors that suggest a known one.</summary>
    public OrderedDictionary<string, YamlNode> Fields(YamlNode node, string what, params ReadOnlySpan<string> known)
    {
        var keys = known.ToArray();
        var fields = new OrderedDictionary<string, YamlNode>();
        foreach (var (key, value) in Entries(node, what))
        {
            var name = NormalText.Visible(key.Text).Trim();
            if (keys.Contains(name) && fields.TryAdd(name, value)) continue;
            Error(
                DiagnosticCode.UnknownKey,
                key,
                $"{what} has no key '{name}'.{Nearest.Suggest(name, keys)} Its keys are {string.Join(", ", keys)}.");
        }

        return fields;
    }

    /// <summary>The items of a list; none where nothing is written.</summary>
    public IReadOnlyList<YamlNode> Items(YamlNode node, string what, string example)
    {
        if (node is YamlList list) return list.Items;
        if (node is not YamlScalar { IsNull: true }) Invalid(node, $"{what} must be a list, such as {example}.");
        return [];
    }

    /// <summary>A text that is not empty.</summary>
    public string? Text(YamlNode node, string what)
    {
        if (node is YamlScalar { IsNull: false } scalar && scalar.Text.Trim() is { Length: > 0 } text) return text;
        Invalid(node, $"{what} must be a text.");
        return null;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool? Boolean(YamlNode node, string what)
    {
        if (node is YamlScalar { IsNull: false } scalar && bool.TryParse(scalar.Text, out var value)) return value;
        Invalid(node, $"{what} must be true or false.");
        return null;
    }

    /// <summary>A whole number within a range.</summary>
    public int? Integer(YamlNode node, string what, int least, int most)
    {
        if (node is YamlScalar scalar && YamlNumber.TryParseWhole(scalar.Text, out var value) && value >= least && value <= most)
            return (int)value;
        Invalid(node, $"{what} must be a whole number from {least} to {most}{ButIs(node)}.");
        return null;
    }

    /// <summary>A list of <paramref name="count"/> numbers, none negative.</summary>
    public double[]? Numbers(YamlNode node, string what, int count, string example)
    {
        if (node is not YamlList list || list.Items.Count != count)
        {
            Invalid(node, $"{what} must be a list of {count} numbers, such as {example}.");
            return null;
        }

        var numbers = new double[count];
        var allValid = true;
        for (var index = 0; index < count; index++)
        {
            if (list.Items[index] is YamlScalar scalar
                && YamlNumber.TryParse(scalar.Text, out numbers[index])
                && double.IsFinite(numbers[index])
                && numbers[index] >= 0)
                continue;
            Invalid(list.Items[index], $"{what} must consist of numbers that are not negative{ButIs(list.Items[index])}.");
            allValid = false;
        }

        return allValid ? numbers : null;
    }

    private static string ButIs(YamlNode node) => node is YamlScalar { IsNull: false } scalar ? $"; '{scalar.Text}' is none" : "";
}

/// <summary>
/// Numbers as YAML 1.2 writes them (core schema, section 10.3.2). Digits with <c>_</c> between were numbers in YAML 1.1 alone.
/// </summary>
public static partial class YamlNumber
{
    /// <summary>Reads a number: <c>.5</c>, <c>5e-1</c>, <c>+1</c>, <c>0x10</c>, <c>0o20</c>, <c>.inf</c>, <c>.nan</c>.</summary>
    public static bool TryParse(string text, out double number)
    {
        if (TryParseWhole(text, out var whole))
        {
            number = whole;
            return true;
        }

        number = double.NaN;
        if (text.TrimStart('-', '+').Equals(".inf", StringComparison.OrdinalIgnoreCase))
            number = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        return double.IsInfinity(number)
            || text is ".nan" or ".NaN" or ".NAN"
            || (Decimal().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number));
    }

    /// <summary>Reads a whole number: <c>16</c>, <c>+16</c>, <c>0x10</c>, <c>0o20</c>.</summary>
    public static bool TryParseWhole(string text, out long number)
    {
        number = 0;
        try
        {
            if (text.StartsWith("0x", StringComparison.Ordinal))
                return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
            if (Octal().IsMatch(text))
            {
                number = Convert.ToInt64(text[2..], 8);
                return true;
            }
        }
        catch (OverflowException)
        {
            return false;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Decimal();

    [GeneratedRegex(@"^0o[0-7]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Octal();
}
