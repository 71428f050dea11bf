namespace LoraBuild.Dataset.Tags;

/// <summary>Tags as phrases: words are separated by spaces, a hyphen is part of its word.</summary>
internal static class Words
{
    /// <summary>The phrase itself and every shorter ending of it in whole words, longest first: <c>black pleated skirt</c>,
    /// <c>pleated skirt</c>, <c>skirt</c>.</summary>
    public static IEnumerable<string> Endings(string phrase)
    {
        yield return phrase;
        for (var space = phrase.IndexOf(' '); space >= 0; space = phrase.IndexOf(' ', space + 1)) yield return phrase[(space + 1)..];
    }

    /// <summary>The words before an ending that <see cref="Endings"/> gave, separated by spaces; empty for the phrase itself.</summary>
    public static string Before(string phrase, string ending) =>
        ending.Length == phrase.Length ? "" : phrase[..(phrase.Length - ending.Length - 1)];
}
