using System.Globalization;
using System.Text;

namespace LoraBuild.Base.Text;

/// <summary>The one form in which names and tags are compared: composed (Unicode's NFC), and without characters that nobody sees.</summary>
public static class NormalText
{
    private const char ZeroWidthNonJoiner = '\u200C', ZeroWidthJoiner = '\u200D';

    /// <summary>
    /// A text in Unicode's normal form C, in which editors write; macOS writes names of files decomposed into archives and onto shares.
    /// A text that is no Unicode (half of a surrogate pair) stays as it is.
    /// </summary>
    public static string Compose(string text) => Composition.MayChange(text) ? Composition.Default.Compose(text) : text;

    /// <summary>
    /// The composed text without invisible characters: those of no width, marks of byte order or direction and soft hyphens go, and
    /// letters that are blank become spaces. Joiners stay between characters that are no ASCII, where scripts and emoji need them.
    /// </summary>
    public static string Visible(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var visible = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (character is '\u115F' or '\u1160' or '\u2800' or '\u3164' or '\uFFA0')
                visible.Append(' ');
            else if (!IsFormat(character) || IsJoining(character, visible, i + 1 < text.Length ? text[i + 1] : ' '))
                visible.Append(character);
        }

        return Compose(visible.ToString());
    }

    private static bool IsFormat(char character) => char.GetUnicodeCategory(character) == UnicodeCategory.Format;

    private static bool IsJoining(char character, StringBuilder before, char after) =>
        character is ZeroWidthNonJoiner or ZeroWidthJoiner
        && before.Length > 0 && !char.IsAscii(before[^1]) && !IsFormat(before[^1])
        && !char.IsAscii(after) && !IsFormat(after);
}
