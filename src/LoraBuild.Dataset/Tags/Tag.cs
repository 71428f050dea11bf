using System.Text;
using LoraBuild.Base.Text;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// The spelling of tags. Inside LoraBuild a tag is always in prompt form, as captions and A1111 prompts have it: words separated by single
/// spaces, parentheses escaped (<c>manhattan cafe \(umamusume\)</c>), kaomoji with their underscore (<c>^_^</c>), letters composed (NFC)
/// and nothing invisible. Brackets that weigh a tag stay (<c>(smile:1.2)</c>).
/// </summary>
public static class Tag
{
    /// <summary>Compares tags without regard to case. Danbooru's own tags are all lower case.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>
    /// Brings a tag in any spelling (a hand-written one with underscores or spaces, one already in prompt form) into prompt form. Its
    /// weights stay: see <see cref="IsWeighted"/>. Idempotent; empty where nothing is left. The text is one tag: separators are
    /// <see cref="TagList"/>'s affair.
    /// </summary>
    public static string Normalize(string text) => TagText.ReadOne(text);

    /// <summary>Brings a tagger's label into prompt form. Its brackets are part of its name.</summary>
    public static string OfLabel(string label) => TagText.Literal(NormalText.Visible(label));

    /// <summary>Brings a trigger word into prompt form. Unlike a tag's, its underscores stay: an author may have chosen them.</summary>
    public static string NormalizeTrigger(string text) =>
        EscapeParentheses(CollapseWhiteSpace(UnescapeParentheses(NormalText.Visible(text))));

    /// <summary>
    /// Tells whether brackets weigh a tag in prompt form, or a part of it: <c>(smile:1.2)</c>, <c>(smile)</c>, <c>[smile]</c>. Escaped
    /// parentheses do not.
    /// </summary>
    public static bool IsWeighted(string tag) => Unweighted(tag).Length != tag.Length;

    /// <summary>A tag in prompt form without its weights, by which rules know it: <c>(smile:1.2)</c> is <c>smile</c>.</summary>
    public static string Unweighted(string tag) => TagText.WithoutWeights(tag);

    /// <summary>
    /// True if an unescaped label is a face drawn with characters, whose underscore is no space. Such a face has one underscore between two
    /// halves of one to three characters. At most one character of a half is a letter or a digit (<c>^_^</c>, <c>o_o</c>, <c>3_3</c>,
    /// <c>||_||</c>, <c>(o)_(o)</c>).
    /// </summary>
    internal static bool IsKaomoji(string label)
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

    private static string EscapeParentheses(string text) =>
        text.AsSpan().ContainsAny('(', ')') ? text.Replace("(", @"\(").Replace(")", @"\)") : text;

    internal static string CollapseWhiteSpace(string text)
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
