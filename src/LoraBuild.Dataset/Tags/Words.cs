namespace LoraBuild.Dataset.Tags;

/// <summary>Tags as phrases: words are separated by spaces, a hyphen is part of its word.</summary>
internal static class Words
{
    /// <summary>
    /// The most words of a phrase that is looked up. Tags are far shorter; a sentence in a tag file says what its last words say.
    /// </summary>
    public const int Most = 32;

    /// <summary>The number of words of a phrase.</summary>
    public static int Count(string phrase) => phrase.AsSpan().Count(' ') + 1;

    /// <summary>The number of words of the longest phrase; 0 where there is none.</summary>
    public static int LongestOf(IEnumerable<string> phrases) => phrases.Select(Count).DefaultIfEmpty().Max();

    /// <summary>The phrase itself and every shorter ending of it in whole words, longest first: <c>black pleated skirt</c>,
    /// <c>pleated skirt</c>, <c>skirt</c>. Those of more words than <paramref name="most"/> are left out.</summary>
    public static IEnumerable<string> Endings(string phrase, int most)
    {
        var start = StartOfLast(phrase, most);
        while (start < phrase.Length)
        {
            yield return phrase[start..];
            var space = phrase.IndexOf(' ', start);
            if (space < 0) yield break;
            start = space + 1;
        }
    }

    /// <summary>
    /// Every shorter beginning of a phrase in whole words, shortest first. Those of more words than <paramref name="most"/> are left out.
    /// </summary>
    public static IEnumerable<string> Beginnings(string phrase, int most)
    {
        var space = phrase.IndexOf(' ');
        for (var words = 1; space >= 0 && words <= most; words++, space = phrase.IndexOf(' ', space + 1)) yield return phrase[..space];
    }

    /// <summary>The place at which the last words of a phrase begin; 0 where it has no more.</summary>
    public static int StartOfLast(string phrase, int words)
    {
        var start = phrase.Length + 1;
        for (; words > 0 && start > 0; words--) start = phrase.AsSpan(0, start - 1).LastIndexOf(' ') + 1;
        return start;
    }

    /// <summary>The words before an ending that <see cref="Endings"/> gave, separated by spaces; empty for the phrase itself.</summary>
    public static string Before(string phrase, string ending) =>
        ending.Length == phrase.Length ? "" : phrase[..(phrase.Length - ending.Length - 1)];
}
