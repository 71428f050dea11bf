using System.Text;
using System.Text.RegularExpressions;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// The spelling of tags. Inside LoraBuild a tag is always in prompt form, as captions and A1111 prompts have it: words separated by single
/// spaces, parentheses escaped (<c>manhattan cafe \(umamusume\)</c>), kaomoji with their underscore (<c>^_^</c>). Parentheses that weigh a
/// tag stay (<c>(smile:1.2)</c>).
/// </summary>
public static partial class Tag
{
    /// <summary>The most weights that a tag may have, one around the other; the parentheses of further ones are text.</summary>
    private const int DeepestWeight = 8;

    /// <summary>Compares tags without regard to case. Danbooru's own tags are all lower case.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>
    /// Brings a tag in any spelling (a tagger's label with underscores, a hand-written one, one already in prompt form) into prompt form.
    /// Idempotent; empty where nothing is left. The text is one tag: separators are <see cref="TagList"/>'s affair.
    /// </summary>
    public static string Normalize(string text) => Normalize(text, DeepestWeight);

    private static string Normalize(string text, int weights)
    {
        if (weights > 0 && Weighted().Match(text) is { Success: true } weighted)
            return Normalize(weighted.Groups["tag"].Value, weights - 1) is { Length: > 0 } tag
                ? $"({tag}:{weighted.Groups["weight"].Value})"
                : "";
        var plain = CollapseWhiteSpace(UnescapeParentheses(text));
        return EscapeParentheses(IsKaomoji(plain) ? plain : CollapseWhiteSpace(plain.Replace('_', ' ')));
    }

    /// <summary>Brings a trigger word into prompt form. Unlike a tag's, its underscores stay: an author may have chosen them.</summary>
    public static string NormalizeTrigger(string text) => EscapeParentheses(CollapseWhiteSpace(UnescapeParentheses(text)));

    /// <summary>
    /// True if an unescaped label is a face drawn with characters, whose underscore is no space. Such a face has one underscore between two
    /// halves of one to three characters. At most one character of a half is a letter or a digit (<c>^_^</c>, <c>o_o</c>, <c>3_3</c>,
    /// <c>||_||</c>, <c>(o)_(o)</c>).
    /// </summary>
    private static bool IsKaomoji(string label)
    {
        var underscore = label.IndexOf('_');
        return underscore >= 0 && IsHalfFace(label.AsSpan(0, underscore)) && IsHalfFace(label.AsSpan(underscore + 1));

        static bool IsHalfFace(ReadOnlySpan<char> half)
        {
            if (half.Length is < 1 or > 3) return false;
            var alphanumeric = 0;
            foreach (var character in half)
            {
                if (character is '_' or ' ') return false;
                if (char.IsLetterOrDigit(character)) alphanumeric++;
            }

            return alphanumeric <= 1;
        }
    }

    private static string UnescapeParentheses(string text)
    {
        if (!text.Contains('\\')) return text;
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character is '(' or ')')
                while (result.Length > 0 && result[^1] == '\\') result.Length--;
            result.Append(character);
        }

        return result.ToString();
    }

    [GeneratedRegex(@"^\s*\((?<tag>.+):(?<weight>(?>[0-9]*\.?[0-9]+))\)\s*$")]
    private static partial Regex Weighted();

    private static string EscapeParentheses(string text) =>
        text.AsSpan().ContainsAny('(', ')') ? text.Replace("(", @"\(").Replace(")", @"\)") : text;

    private static string CollapseWhiteSpace(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (!char.IsWhiteSpace(character) && !char.IsControl(character)) result.Append(character);
            else if (result.Length > 0 && result[^1] != ' ') result.Append(' ');
        }

        if (result.Length > 0 && result[^1] == ' ') result.Length--;
        return result.ToString();
    }
}
