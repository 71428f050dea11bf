using System.Globalization;
using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Yaml;

/// <summary>Texts as YAML that reads back as the same text, whatever is in them.</summary>
public static class YamlText
{
    private const string PlainSigns = " -_/.";

    // What a reader may take for something else than a text.
    private static readonly HashSet<string> Words =
        new(["null", "true", "false", "yes", "no", "on", "off", "y", "n"], StringComparer.OrdinalIgnoreCase);

    /// <summary>A text within a line, also as a key: plain where YAML reads it as it stands, else quoted.</summary>
    public static string Scalar(string text) =>
        text.Length > 0 && char.IsLetterOrDigit(text[0]) && (char.IsLetterOrDigit(text[^1]) || text[^1] == '_')
        && text.All(character => char.IsLetterOrDigit(character) || PlainSigns.Contains(character)) && !Words.Contains(text)
            ? text
            : Quoted(text);

    /// <summary>The same, always in quotes: double ones where a character cannot be written as it is.</summary>
    public static string Quoted(string text)
    {
        if (LegibleText.IsLegible(text))
            return $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            if (character is '"' or '\\')
                quoted.Append('\\').Append(character);
            else if (LegibleText.IsLegible(character))
                quoted.Append(character);
            else
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A comment of one line, with its sign.</summary>
    public static string Comment(string text) => $"# {LegibleText.OneLine(text)}";
}
