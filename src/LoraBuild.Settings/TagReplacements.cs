namespace LoraBuild.Settings;

/// <summary>Tags that are replaced in all pictures, as sd-scripts' tagger takes them: <c>old,new;old,new</c>.</summary>
public sealed class TagReplacements
{
    /// <summary>The form of the text, as the end of the sentence "it must be ...".</summary>
    internal const string Allowed = @"'old,new;old,new'; a comma or semicolon within a tag is written \, or \;";

    private readonly string text;

    private TagReplacements(string text, IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        (this.text, Pairs) = (text, pairs);
    }

    /// <summary>No replacement.</summary>
    public static TagReplacements None { get; } = new("", []);

    /// <summary>The old tags and the new ones, as they are written but for their backslashes.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs { get; }

    /// <summary>Reads the text; null where it is not of that form.</summary>
    public static TagReplacements? TryParse(string text)
    {
        var pairs = Split(text, ';').Where(pair => pair.Trim().Length > 0).Select(pair => Split(pair, ',')).ToList();
        return pairs.All(pair => pair.Count == 2 && pair.All(tag => tag.Trim().Length > 0))
            ? new(text, [.. pairs.Select(pair => KeyValuePair.Create(Unescape(pair[0]), Unescape(pair[1])))])
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => text;

    private static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != separator || (i > 0 && text[i - 1] == '\\'))
                continue;
            parts.Add(text[start..i]);
            start = i + 1;
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static string Unescape(string text) =>
        text.Replace(@"\,", ",", StringComparison.Ordinal).Replace(@"\;", ";", StringComparison.Ordinal);
}
