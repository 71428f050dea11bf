namespace LoraBuild.Base.Diagnostics;

/// <summary>
/// Text of authors and strangers on one line of a terminal, log or page: without the characters that end a line, command a terminal, or
/// make a text read as another.
/// </summary>
public static class LegibleText
{
    // Marks of direction, which turn what follows around.
    private const string Turning = "\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069";

    private const string LineEnds = "\t\n\v\f\r\u0085\u2028\u2029";

    private const char Unseen = '\uFFFD';

    /// <summary>True if a text has none of those characters, and no half of a surrogate pair.</summary>
    public static bool IsLegible(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
                i++;
            else if (!IsLegible(text[i]))
                return false;
        }

        return true;
    }

    /// <summary>True if a character is none of those; half of a surrogate pair is one.</summary>
    public static bool IsLegible(char character) =>
        !char.IsControl(character) && !char.IsSurrogate(character) && character < '\uFFFE' && !LineEnds.Contains(character)
            && !Turning.Contains(character);

    /// <summary>The text with a space for each end of a line, and a replacement character for each other one.</summary>
    public static string OneLine(string text) => IsLegible(text)
        ? text
        : string.Concat(text.ReplaceLineEndings(" ").EnumerateRunes().Select(rune => rune.Value switch
        {
            > char.MaxValue => rune.ToString(),
            _ when LineEnds.Contains((char)rune.Value) => " ",
            _ when !IsLegible((char)rune.Value) => Unseen.ToString(),
            _ => rune.ToString(),
        }));
}
