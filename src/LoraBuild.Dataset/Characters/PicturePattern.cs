using System.Text;
using System.Text.RegularExpressions;

namespace LoraBuild.Dataset.Characters;

/// <summary>
/// A key of character.yaml that names pictures: a path relative to the character's folder with <c>/</c> between folders, in which <c>*</c>
/// stands for any part of a name, <c>?</c> for one character and <c>**</c> for any number of folders. Where a picture has exactly this
/// path, it alone is meant.
/// </summary>
/// <param name="Text">The path as written, <c>\</c> turned into <c>/</c>, without <c>.</c> and <c>..</c> after a folder, and
/// composed.</param>
/// <param name="Line">1-based line of the key in character.yaml.</param>
/// <param name="Column">1-based column of the key in character.yaml.</param>
public sealed record PicturePattern(string Text, int Line = 0, int Column = 0)
{
    private readonly Regex? glob = Text.AsSpan().ContainsAny('*', '?') ? ToRegex(Text) : null;

    /// <summary>True if the path holds <c>*</c> or <c>?</c>, so that it may match any number of pictures.</summary>
    public bool IsGlob => glob is not null;

    /// <summary>Tells whether the pattern, read as a glob, names this picture.</summary>
    internal bool IsGlobMatch(string path) => glob?.IsMatch(path) == true;

    /// <summary>Tells whether the pattern names this picture, whose path is composed.</summary>
    public bool Names(string path) => Text == path || IsGlobMatch(path);

    private static Regex ToRegex(string text)
    {
        var pattern = new StringBuilder(@"\A");
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var (token, expression) = rest switch
            {
                ['*', '*', '/', ..] => (3, "(?:[^/]+/)*"),
                ['*', '*', ..] => (2, ".*"),
                ['*', ..] => (1, "[^/]*"),
                ['?', ..] => (1, "[^/]"),
                _ => (1, Regex.Escape(rest[..1].ToString())),
            };
            pattern.Append(expression);
            rest = rest[token..];
        }

        return new Regex(
            pattern.Append(@"\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);
    }
}
