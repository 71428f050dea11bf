using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LoraBuild.Diffusion.Clip;

/// <summary>A run of a prompt's text and how much it weighs.</summary>
/// <param name="Text">The text, without the brackets that weigh it.</param>
/// <param name="Weight">1 for text in no brackets.</param>
public readonly partial record struct WeightedText(string Text, double Weight)
{
    private const double Round = 1.1, Square = 1 / 1.1;

    // So that a text of any length is soon read: what stands in a bracket is weighed again for each bracket around it.
    private const int MostOpen = 64;

    /// <summary>
    /// Reads stable-diffusion-webui's attention syntax, which sd-scripts' <c>weighted_captions</c> shares: <c>(text)</c> weighs 1.1 times
    /// as much, <c>[text]</c> 1.1 times less, <c>(text:1.3)</c> 1.3 times as much; brackets nest, up to 64 of each kind, those that are not
    /// closed reach to the end, and a backslash makes a bracket or backslash text.
    /// </summary>
    /// <returns>At least one run; neighbours of the same weight are one.</returns>
    public static IReadOnlyList<WeightedText> Parse(string prompt)
    {
        var runs = new List<WeightedText>();
        var (round, square) = (new Stack<int>(), new Stack<int>());
        foreach (Match match in Pieces().Matches(prompt))
        {
            switch (match.Value)
            {
                case "(" when round.Count < MostOpen:
                    round.Push(runs.Count);
                    break;
                case "[" when square.Count < MostOpen:
                    square.Push(runs.Count);
                    break;
                case ")" when round.TryPop(out var start):
                    Multiply(start, Round);
                    break;
                case "]" when square.TryPop(out var start):
                    Multiply(start, Square);
                    break;
                case [':', .., ')'] when TryNumber(match.Groups[1].ValueSpan, out var weight) && round.TryPop(out var start):
                    Multiply(start, weight);
                    break;
                case ['\\', .. var literal]:
                    runs.Add(new(literal, 1));
                    break;
                default:
                    runs.Add(new(match.Value, 1));
                    break;
            }
        }

        foreach (var start in round)
            Multiply(start, Round);
        foreach (var start in square)
            Multiply(start, Square);
        return runs.Count == 0 ? [new("", 1)] : Merge(runs);

        void Multiply(int start, double weight)
        {
            for (var i = start; i < runs.Count; i++)
                runs[i] = runs[i] with { Weight = runs[i].Weight * weight };
        }
    }

    private static List<WeightedText> Merge(List<WeightedText> runs)
    {
        var merged = new List<WeightedText>();
        var text = new StringBuilder();
        for (var i = 0; i < runs.Count; i++)
        {
            text.Append(runs[i].Text);
            if (i + 1 < runs.Count && runs[i + 1].Weight == runs[i].Weight)
                continue;
            merged.Add(new(text.ToString(), runs[i].Weight));
            text.Clear();
        }

        return merged;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    [GeneratedRegex(@"\\[()\[\]\\]?|[(\[]|:\s*([+-]?[.\d]+)\s*\)|[)\]]|[^\\()\[\]:]+|:")]
    private static partial Regex Pieces();
}
