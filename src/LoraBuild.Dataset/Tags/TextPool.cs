using System.Text;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// Strings, one for all equal texts: thousands of pictures share a few hundred tags. Not safe for use from several threads.
/// </summary>
internal sealed class TextPool
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> known =
        new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    private char[] buffer = new char[256];

    /// <summary>The string for a text in UTF-8.</summary>
    public string Of(ReadOnlySpan<byte> text)
    {
        if (text.Length > buffer.Length)
            buffer = new char[text.Length];
        return Of((ReadOnlySpan<char>)buffer.AsSpan(0, Encoding.UTF8.GetChars(text, buffer)));
    }

    /// <summary>The string for a text.</summary>
    public string Of(string text) => Of((ReadOnlySpan<char>)text);

    private string Of(ReadOnlySpan<char> text)
    {
        if (!known.TryGetValue(text, out var same))
            known.Set.Add(same = text.ToString());
        return same;
    }
}
