using System.Globalization;

namespace LoraBuild.Dataset.Edits;

/// <summary>Colours as authors write them.</summary>
public static class Colour
{
    // CSS Color Module Level 4, section 6.1: the sixteen colours of HTML 4 and the named colours that pictures are painted over with.
    private static readonly Dictionary<string, int> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["white"] = 0xFFFFFF, ["black"] = 0x000000, ["silver"] = 0xC0C0C0, ["gray"] = 0x808080, ["grey"] = 0x808080, ["red"] = 0xFF0000,
        ["maroon"] = 0x800000, ["yellow"] = 0xFFFF00, ["olive"] = 0x808000, ["lime"] = 0x00FF00, ["green"] = 0x008000, ["aqua"] = 0x00FFFF,
        ["cyan"] = 0x00FFFF, ["teal"] = 0x008080, ["blue"] = 0x0000FF, ["navy"] = 0x000080, ["fuchsia"] = 0xFF00FF, ["magenta"] = 0xFF00FF,
        ["purple"] = 0x800080, ["orange"] = 0xFFA500, ["pink"] = 0xFFC0CB, ["brown"] = 0xA52A2A, ["beige"] = 0xF5F5DC, ["ivory"] = 0xFFFFF0,
        ["gold"] = 0xFFD700, ["violet"] = 0xEE82EE, ["indigo"] = 0x4B0082, ["lightgray"] = 0xD3D3D3, ["lightgrey"] = 0xD3D3D3,
        ["darkgray"] = 0xA9A9A9, ["darkgrey"] = 0xA9A9A9, ["lightblue"] = 0xADD8E6, ["skyblue"] = 0x87CEEB, ["lightgreen"] = 0x90EE90,
        ["lightpink"] = 0xFFB6C1, ["lavender"] = 0xE6E6FA, ["whitesmoke"] = 0xF5F5F5, ["snow"] = 0xFFFAFA,
    };

    /// <summary>The names that <see cref="TryParse"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => Named.Keys;

    /// <summary>Reads a CSS name, <c>#rrggbb</c> or <c>#rgb</c>; the number sign may be missing. The result is 0xRRGGBB.</summary>
    public static bool TryParse(string text, out int colour)
    {
        if (Named.TryGetValue(text, out colour)) return true;
        var digits = text.StartsWith('#') ? text[1..] : text;
        if (digits.Length == 3) digits = string.Concat(digits.Select(digit => $"{digit}{digit}"));
        return digits.Length == 6 && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out colour);
    }
}
