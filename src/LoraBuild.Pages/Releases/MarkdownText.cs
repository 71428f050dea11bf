using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Pages.Releases;

/// <summary>
/// Texts of authors and strangers in Markdown, as CommonMark and GitHub read it: they show as they are, and mean nothing.
/// </summary>
internal static class MarkdownText
{
    private const string Signs = "\\`*_[]|~!$#:@{}^=";

    /// <summary>A text within a line or a cell of a table.</summary>
    public static string Text(string text)
    {
        var written = new StringBuilder();
        foreach (var character in LegibleText.OneLine(text))
        {
            if (character is '<' or '>' or '&')
                written.Append(Entity(character));
            else if (Signs.Contains(character))
                written.Append('\\').Append(character);
            else
                written.Append(character);
        }

        // An address without a scheme is a link too.
        return written.Replace("www.", @"www\.").Replace("WWW.", @"WWW\.").ToString();
    }

    /// <summary>The same as code, to be copied.</summary>
    public static string Code(string text)
    {
        var line = LegibleText.OneLine(text);
        // A pipe ends a cell, in code as well, and what stands before it decides how it can be written.
        if (line.Contains('|', StringComparison.Ordinal) || line.Trim().Length == 0)
            return $"<code>{string.Concat(line.Select(OfCode))}</code>";
        // More backquotes around it than there are in it.
        var fence = new string('`', LongestRun(line) + 1);
        var space = line[0] == '`' || line[^1] == '`' || (line[0] == ' ' && line[^1] == ' ') ? " " : "";
        return $"{fence}{space}{line}{space}{fence}";
    }

    private static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var character in text)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    private static string Entity(char character) => FormattableString.Invariant($"&#{(int)character};");

    private static string OfCode(char character) =>
        char.IsAsciiLetterOrDigit(character) || !char.IsAscii(character) ? character.ToString() : Entity(character);
}
