using System.Buffers;
using System.Globalization;
using System.Text;
using LoraBuild.Base.Text;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// Reads text of authors as tags in prompt form, with the weights of stable-diffusion-webui's prompts: <c>(smile:1.2)</c> anywhere, and
/// <c>(smile)</c> and <c>[smile]</c> around a whole tag, which nest. Brackets around several tags weigh each of them. All other parentheses
/// are text, as those of <c>saber_(fate)</c> and <c>:(</c>.
/// </summary>
internal static class TagText
{
    /// <summary>The most brackets that weigh a tag, one around the other; further ones are text.</summary>
    private const int DeepestWeight = 8;

    /// <summary>The most characters of a weight, its colon included.</summary>
    private const int LongestWeight = 16;

    // Also those of East Asian keyboards; no tag of Danbooru has one of them.
    private static readonly SearchValues<char> Separators = SearchValues.Create(",\uFF0C\u3001\uFE50\uFE51\uFF64\r\n\u0085\u2028\u2029");

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n\u0085\u2028\u2029");

    /// <summary>The tags of a text in which commas and line ends separate them.</summary>
    public static List<string> ReadAll(string text) => Read(text, separates: true);

    /// <summary>A text that is one tag; empty where nothing is left of it.</summary>
    public static string ReadOne(string text) => Read(text, separates: false) is [var tag] ? tag : "";

    /// <summary>A tag in prompt form without its weights: <c>(smile:1.2)</c> is <c>smile</c>.</summary>
    public static string WithoutWeights(string tag)
    {
        if (tag.AsSpan().IndexOfAny('(', '[') < 0)
            return tag;
        var closers = Closers(tag);
        var isGone = new bool[tag.Length];
        for (var i = 0; i < tag.Length; i++)
        {
            // Square brackets weigh only around the whole tag, within other weights.
            var weighs = closers[i] >= 0 && (tag[i] == '(' || isGone.AsSpan(0, i).IndexOf(false) < 0);
            if (!weighs)
                continue;
            isGone[i] = true;
            isGone.AsSpan()[(tag[i] == '(' ? WeightStart(tag, i + 1, closers[i]) : closers[i])..(closers[i] + 1)].Fill(true);
        }

        return string.Concat(tag.Where((_, i) => !isGone[i]));
    }

    /// <summary>A text without weights in prompt form: all its parentheses are escaped.</summary>
    public static string Literal(ReadOnlySpan<char> text) => Literal(text.ToString(), 0, text.Length, []);

    private static List<string> Read(string text, bool separates)
    {
        text = NormalText.Visible(text);
        var tags = new List<string>();
        var closers = text.AsSpan().IndexOfAny('(', '[') < 0 ? [] : Closers(text);
        Read(text, 0, text.Length, closers, "", "", 0, separates, tags);
        return tags;
    }

    private static void Read(
        string text, int start, int end, int[] closers, string before, string after, int depth, bool separates, List<string> tags)
    {
        for (var at = start; at < end;)
        {
            if (char.IsWhiteSpace(text[at]) || (separates && Separators.Contains(text[at])))
            {
                at++;
            }
            else if (depth < DeepestWeight && text[at] is '(' or '[' && closers[at] is > 0 and var close && close < end
                && EndsTag(text, close + 1, end, separates))
            {
                var inner = text[at] == '(' ? WeightStart(text, at + 1, close) : close;
                var weight =
                    string.Concat(text.AsSpan(inner, close + 1 - inner).ToString().Where(character => !char.IsWhiteSpace(character)));
                Read(text, at + 1, inner, closers, before + text[at], weight + after, depth + 1, separates, tags);
                at = close + 1;
            }
            else
            {
                var length = separates ? text.AsSpan(at, end - at).IndexOfAny(Separators) : -1;
                var stop = length < 0 ? end : at + length;
                var tag = Literal(text, at, stop, closers);
                // A backslash would escape the bracket behind it.
                if (after.Length > 0) tag = tag.TrimEnd('\\').TrimEnd();
                if (tag.Length > 0) tags.Add(before + tag + after);
                at = stop;
            }
        }
    }

    private static bool EndsTag(string text, int at, int end, bool separates)
    {
        while (at < end && char.IsWhiteSpace(text[at]) && !LineEnds.Contains(text[at])) at++;
        return at == end || (separates && Separators.Contains(text[at]));
    }

    // The place of the colon before a weight that ends at a closing parenthesis; the parenthesis' own where there is no weight.
    private static int WeightStart(string text, int start, int close)
    {
        var colon = text.LastIndexOf(':', close - 1, Math.Min(close - start, LongestWeight));
        return colon >= 0 && float.TryParse(
            text.AsSpan()[(colon + 1)..close], NumberStyles.Float & ~NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _)
                ? colon
                : close;
    }

    // For each bracket that opens, the place of the one that closes it in its line; else -1. A backslash makes a bracket text.
    private static int[] Closers(string text)
    {
        var closers = new int[text.Length];
        Array.Fill(closers, -1);
        var (round, square) = (new Stack<int>(), new Stack<int>());
        for (var i = 0; i < text.Length; i++)
        {
            var isText = i > 0 && text[i - 1] == '\\';
            if (text[i] == '(' && !isText) round.Push(i);
            else if (text[i] == '[' && !isText) square.Push(i);
            else if (text[i] == ')' && !isText && round.TryPop(out var open)) closers[open] = i;
            else if (text[i] == ']' && !isText && square.TryPop(out open)) closers[open] = i;
            else if (LineEnds.Contains(text[i]))
            {
                round.Clear();
                square.Clear();
            }
        }

        return closers;
    }

    // Parentheses with a number at their end stay; the others are escaped.
    private static string Literal(string text, int start, int end, int[] closers)
    {
        var tag = new StringBuilder(end - start);
        var weighing = new HashSet<int>();
        var plain = new StringBuilder(end - start);
        for (var i = start; i < end; i++)
        {
            var character = text[i];
            if (character is not ('(' or ')'))
            {
                tag.Append(character);
                plain.Append(character);
                continue;
            }

            if (character == '(' && closers.Length > 0 && closers[i] is > 0 and var close && close < end
                && WeightStart(text, i + 1, close) < close)
                weighing.UnionWith([i, close]);
            while (plain.Length > 0 && plain[^1] == '\\') plain.Length--;
            plain.Append(character);
            if (!weighing.Contains(i))
            {
                while (tag.Length > 0 && tag[^1] == '\\') tag.Length--;
                tag.Append('\\');
            }

            tag.Append(character);
        }

        return Tag.IsKaomoji(Tag.CollapseWhiteSpace(plain.ToString()))
            ? Tag.CollapseWhiteSpace(tag.ToString())
            : Tag.CollapseWhiteSpace(tag.Replace('_', ' ').ToString());
    }
}
