using System.Text.RegularExpressions;
using LoraBuild.Base.Randomness;

namespace LoraBuild.Training.Captions;

/// <summary>sd-scripts' <c>enable_wildcard</c>.</summary>
internal static partial class CaptionWildcards
{
    // Stand for doubled braces while single ones are looked for: private use characters, which no caption has.
    private const char Open = '\uE000', Close = '\uE001';

    /// <summary>One of the caption's lines, with one alternative of each <c>{a|b|c}</c>; <c>{{</c> and <c>}}</c> are braces.</summary>
    public static string Resolve(string caption, CounterRandom random)
    {
        string[] lines = [.. caption.Split('\n').Select(line => line.TrimEnd('\r'))];
        var line = lines.Length == 1 ? lines[0] : Choose(lines, random);
        line = line.Replace("{{", $"{Open}", StringComparison.Ordinal).Replace("}}", $"{Close}", StringComparison.Ordinal);
        line = Alternatives().Replace(line, match => Choose(match.Groups[1].Value.Split('|'), random));
        return line.Replace(Open, '{').Replace(Close, '}');
    }

    private static string Choose(string[] choices, CounterRandom random) => choices[random.NextInt(choices.Length)];

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Alternatives();
}
