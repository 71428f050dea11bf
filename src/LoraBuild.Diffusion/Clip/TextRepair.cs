using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace LoraBuild.Diffusion.Clip;

/// <summary>
/// The text repairs of CLIP's original tokenizer. First come the character repairs of ftfy's <c>fix_text</c>: HTML entities, C1 control
/// characters, ligatures, full- and half-width forms, curly quotes, line breaks, terminal escapes, control characters, composed accents.
/// Then single spaces, then lower case. Not done: ftfy's guess at text that was decoded with the wrong encoding, and the entities that only
/// HTML 5 has.
/// </summary>
internal static partial class TextRepair
{
    private const string HalfWidthKatakana = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309A";
    private const string FullWidthSymbols = "¢£¬\u0304¦¥₩";
    private const string HalfWidthSymbols = "│←↑→↓■○";
    private const char KatakanaStart = '\uFF61', FullWidthSymbolsStart = '\uFFE0', HalfWidthSymbolsStart = '\uFFE8';

    // What Windows-1252 has where Unicode has the C1 controls U+0080..U+009F; \0 where it has nothing.
    private const string Windows1252 = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

    private static readonly Dictionary<char, string> Ligatures = new()
    {
        ['Ĳ'] = "IJ", ['ĳ'] = "ij", ['ŉ'] = "ʼn", ['Ǆ'] = "DŽ", ['ǅ'] = "Dž", ['ǆ'] = "dž", ['Ǉ'] = "LJ", ['ǈ'] = "Lj", ['ǉ'] = "lj",
        ['Ǌ'] = "NJ", ['ǋ'] = "Nj", ['ǌ'] = "nj", ['Ǳ'] = "DZ", ['ǲ'] = "Dz", ['ǳ'] = "dz",
        ['ﬀ'] = "ff", ['ﬁ'] = "fi", ['ﬂ'] = "fl", ['ﬃ'] = "ffi", ['ﬄ'] = "ffl", ['ﬅ'] = "ſt", ['ﬆ'] = "st",
    };

    // Unicode's canonical compositions for the scripts that captions come in; the runtime's own tables may be absent (invariant mode).
    private static readonly Dictionary<(char Base, char Mark), char> Compositions = ComposedCharacters(
        ('\u0300', "AÀEÈIÌOÒUÙaàeèiìoòuùNǸnǹ"),
        ('\u0301', "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzź"),
        ('\u0302', "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷ"),
        ('\u0303', "AÃNÑOÕaãnñoõIĨiĩUŨuũ"),
        ('\u0304', "AĀaāEĒeēIĪiīOŌoōUŪuū"),
        ('\u0306', "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭ"),
        ('\u0307', "CĊcċEĖeėGĠgġIİZŻzż"),
        ('\u0308', "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸ"),
        ('\u030A', "AÅaåUŮuů"),
        ('\u030B', "OŐoőUŰuű"),
        ('\u030C', "CČcčDĎdďEĚeěNŇnňRŘrřSŠsšTŤtťZŽzž"),
        ('\u0327', "CÇcçGĢKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţ"),
        ('\u0328', "AĄaąEĘeęIĮiįUŲuų"),
        ('\u3099', "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔ"
            + "カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴ"),
        ('\u309A', "はぱひぴふぷへぺほぽハパヒピフプヘペホポ"));

    // Each takes one escape off what was escaped again and again; ftfy sets no bound.
    private const int MostRepairs = 32;

    /// <summary>The text as the byte-pair encoder sees it.</summary>
    public static string Clean(string text) => ToLower(CollapseSpaces(Repair(text)));

    private static string Repair(string text)
    {
        var unescape = !text.Contains('<');
        for (var repairs = 0; repairs < MostRepairs; repairs++)
        {
            var before = text;
            if (unescape)
                text = Entity().Replace(text, match => WebUtility.HtmlDecode(match.Value));
            text = TerminalEscape().Replace(RepairCharacters(text), "");
            text = Compose(ControlCharacter().Replace(text, ""));
            if (text == before)
                break;
        }

        return text;
    }

    private static string RepairCharacters(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (Ligatures.TryGetValue(c, out var letters))
                result.Append(letters);
            else
                result.Append(RepairCharacter(c));
        }
        return result.ToString();
    }

    private static char RepairCharacter(char c) => c switch
    {
        '\u2028' or '\u2029' => '\n',
        >= '\u0080' and <= '\u009F' when Windows1252[c - '\u0080'] != '\0' => Windows1252[c - '\u0080'],
        '\u3000' => ' ',
        >= '\uFF01' and <= '\uFF5E' => (char)(c - '\uFF01' + '!'),
        '\uFF5F' => '⦅',
        '\uFF60' => '⦆',
        >= KatakanaStart and <= '\uFF9F' => HalfWidthKatakana[c - KatakanaStart],
        >= FullWidthSymbolsStart and <= '\uFFE6' => FullWidthSymbols[c - FullWidthSymbolsStart],
        >= HalfWidthSymbolsStart and <= '\uFFEE' => HalfWidthSymbols[c - HalfWidthSymbolsStart],
        'ʼ' or (>= '‘' and <= '‛') => '\'',
        >= '“' and <= '‟' => '"',
        _ => c,
    };

    private static string Compose(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (result.Length > 0 && Compositions.TryGetValue((result[^1], c), out var composed))
                result[^1] = composed;
            else
                result.Append(c);
        }
        return result.ToString();
    }

    private static string CollapseSpaces(string text) => Spaces().Replace(text, " ").Trim(' ');

    private static string ToLower(string text)
    {
        var result = new StringBuilder(text.Length);
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            // The two letters whose lower case is not a matter of one letter alone (Unicode, SpecialCasing.txt).
            if (rune.Value == 'İ')
                result.Append("i\u0307");
            else if (rune.Value == 'Σ')
                result.Append(IsLetterAt(text, position - 1) && !IsLetterAt(text, position + 1) ? 'ς' : 'σ');
            else
                result.Append(Rune.ToLowerInvariant(rune).ToString());
            position += rune.Utf16SequenceLength;
        }
        return result.ToString();
    }

    private static bool IsLetterAt(string text, int index) => index >= 0 && index < text.Length && char.IsLetter(text, index);

    private static Dictionary<(char Base, char Mark), char> ComposedCharacters(params (char Mark, string Pairs)[] table)
    {
        var result = new Dictionary<(char, char), char>();
        foreach (var (mark, pairs) in table)
        {
            for (var i = 0; i < pairs.Length; i += 2)
                result.Add((pairs[i], mark), pairs[i + 1]);
        }
        return result;
    }

    [GeneratedRegex("&#?[0-9A-Za-z]{1,24};")]
    private static partial Regex Entity();

    [GeneratedRegex(@"\x1B\[[0-9;]*[a-zA-Z]")]
    private static partial Regex TerminalEscape();

    [GeneratedRegex(@"[\x00-\x08\x0B\x0E-\x1F\x7F\u206A-\u206F\uFEFF\uFFF9-\uFFFC]")]
    private static partial Regex ControlCharacter();

    [GeneratedRegex(@"[\s\x1C-\x1F]+")]
    private static partial Regex Spaces();
}
