using System.Globalization;
using System.Text;

namespace LoraBuild.Base.Text;

/// <summary>
/// Unicode's normal form C (Unicode Standard Annex 15). .NET's own needs ICU, without which it returns text as it is: a build must give the
/// same on machines with it and without.
/// </summary>
internal sealed class Composition
{
    private const int FirstMark = 0x300;
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Trails = 0x11A7, LeadCount = 19, VowelCount = 21, TrailCount =
        28;

    private static readonly Lazy<Composition> LazyDefault = new(() => new Composition());

    private readonly Dictionary<(int Letter, int Mark), int> composed = [];
    private readonly Dictionary<int, int[]> decomposed = [];
    private readonly Dictionary<int, byte> classes = [];

    private Composition()
    {
        using var stream = typeof(Composition).Assembly.GetManifestResourceStream("Text/compositions.txt")!;
        using var reader = new StreamReader(stream);
        var head = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && line[0] != ' ')
                (head, words) = (words[0], words[1..]);
            foreach (var word in words)
                Add(head, word);
        }
    }

    /// <summary>The tables that ship with LoraBuild.</summary>
    public static Composition Default => LazyDefault.Value;

    /// <summary>Tells whether a text may have another form; of those that do not, most are told without a look into a table.</summary>
    public static bool MayChange(string text) => text.AsSpan().IndexOfAnyInRange((char)FirstMark, char.MaxValue) >= 0 && IsUnicode(text);

    /// <summary>The composed form of a text without unpaired surrogates.</summary>
    public string Compose(string text)
    {
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, points);
        Order(points);
        var result = new StringBuilder(text.Length);
        foreach (var point in Compose(points))
            result.Append(new Rune(point).ToString());
        return result.ToString();
    }

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
                return false;
        }

        return true;
    }

    private void Add(string head, string word)
    {
        switch (head[0])
        {
            case '+':
                var pair = word.Split('>');
                composed[(Hex(pair[0]), Hex(head[1..]))] = Hex(pair[1]);
                decomposed[Hex(pair[1])] = [Hex(pair[0]), Hex(head[1..])];
                break;
            case '-':
                var (whole, parts) = (word[..word.IndexOf('>')], word[(word.IndexOf('>') + 1)..]);
                decomposed[Hex(whole)] = [.. parts.Split(',').Select(Hex)];
                break;
            default:
                var range = word.Split('-');
                for (var point = Hex(range[0]); point <= Hex(range[^1]); point++)
                    classes[point] = byte.Parse(head.AsSpan(1), CultureInfo.InvariantCulture);
                break;
        }
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private void Decompose(int point, List<int> points)
    {
        if (point is >= Syllables and < Syllables + (LeadCount * VowelCount * TrailCount))
        {
            var syllable = point - Syllables;
            points.Add(Leads + (syllable / (VowelCount * TrailCount)));
            points.Add(Vowels + (syllable / TrailCount % VowelCount));
            if (syllable % TrailCount > 0)
                points.Add(Trails + (syllable % TrailCount));
        }
        else if (decomposed.TryGetValue(point, out var parts))
        {
            foreach (var part in parts)
                Decompose(part, points);
        }
        else
        {
            points.Add(point);
        }
    }

    private byte ClassOf(int point) => classes.GetValueOrDefault(point);

    // Marks that follow each other come in the order of their classes, those of one class as they are.
    private void Order(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            var end = start;
            while (end < points.Count && ClassOf(points[end]) > 0)
                end++;
            if (end - start > 1)
            {
                var marks = points.GetRange(start, end - start).OrderBy(ClassOf).ToList();
                for (var i = 0; i < marks.Count; i++)
                    points[start + i] = marks[i];
            }

            start = Math.Max(start, end);
        }
    }

    private List<int> Compose(List<int> points)
    {
        var result = new List<int>(points.Count);
        var letter = -1;
        foreach (var point in points)
        {
            var own = ClassOf(point);
            // A mark before it of the same or a higher class stands between it and the letter.
            var isBlocked = letter >= 0 && letter < result.Count - 1 && (own == 0 || ClassOf(result[^1]) >= own);
            if (letter >= 0 && !isBlocked && Together(result[letter], point) is { } whole)
            {
                result[letter] = whole;
                continue;
            }

            if (own == 0)
                letter = result.Count;
            result.Add(point);
        }

        return result;
    }

    private int? Together(int letter, int mark)
    {
        if (letter is >= Leads and < Leads + LeadCount && mark is >= Vowels and < Vowels + VowelCount)
            return Syllables + ((((letter - Leads) * VowelCount) + mark - Vowels) * TrailCount);
        if (letter is >= Syllables and < Syllables + (LeadCount * VowelCount * TrailCount) && (letter - Syllables) % TrailCount == 0
            && mark is > Trails and < Trails + TrailCount)
            return letter + mark - Trails;
        return composed.TryGetValue((letter, mark), out var whole) ? whole : null;
    }
}
