namespace LoraBuild.Dataset.Captions;

/// <summary>A caption's text, as sd-scripts reads it from the file beside a picture.</summary>
public static class Caption
{
    /// <summary>
    /// Tags on one line, separated by a comma and a space. sd-scripts takes a caption file's first line only and shuffles what stands
    /// between commas, so line ends and commas within a tag become spaces, and tags of which nothing is left are dropped.
    /// </summary>
    public static string Of(IEnumerable<string> tags) =>
        string.Join(", ", tags.Select(OnOneLine).Where(tag => tag.Length > 0));

    private static string OnOneLine(string tag)
    {
        foreach (var character in tag)
        {
            if (character != ',' && !char.IsControl(character) && character is not ('\u2028' or '\u2029' or '\u0085')) continue;
            var spaced = string.Concat(tag.Select(c => c == ',' || char.IsControl(c) || c is '\u2028' or '\u2029' or '\u0085' ? ' ' : c));
            return string.Join(' ', spaced.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return tag.Trim();
    }
}
