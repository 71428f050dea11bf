using System.Text;

namespace LoraBuild.Incremental.Caching;

/// <summary>The facts of a result, small values by name, as a text: <c>name=value</c>, a line for each.</summary>
internal static class StepFacts
{
    /// <summary>The text of facts, in the order of their names.</summary>
    /// <exception cref="ArgumentException">A name or a value has a line's end, or a name an equals sign.</exception>
    public static string Format(IReadOnlyDictionary<string, string> facts)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in facts.OrderBy(fact => fact.Key, StringComparer.Ordinal))
        {
            if (name.AsSpan().IndexOfAny('\n', '\0', '=') >= 0 || value.AsSpan().IndexOfAny('\n', '\0') >= 0)
                throw new ArgumentException($"The fact '{name}' has a character that facts cannot hold.");
            text.Append(name).Append('=').Append(value).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The facts of a text.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = text.AsSpan();
        while (rest.IndexOf('\n') is >= 0 and var end)
        {
            var line = rest[..end];
            if (line.IndexOf('=') is >= 0 and var equals)
                facts[line[..equals].ToString()] = line[(equals + 1)..].ToString();
            rest = rest[(end + 1)..];
        }

        return facts;
    }
}
