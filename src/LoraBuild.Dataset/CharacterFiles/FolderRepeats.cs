using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>The number before the first underscore of a folder's name, as in sd-scripts' <c>12_anything</c>.</summary>
/// <param name="Text">The number as it is written.</param>
/// <param name="Number">The number; null where it is not whole.</param>
internal readonly partial record struct FolderRepeats(string Text, long? Number)
{
    /// <summary>The largest number of repeats; more is a slip of the pen.</summary>
    public const int Most = 10_000;

    private static readonly SearchValues<char> Signs = SearchValues.Create("+-0123456789");

    /// <summary>True if it is a number of repeats, from 1 to <see cref="Most"/>.</summary>
    public bool IsValid => Number is >= 1 and <= Most;

    /// <summary>True if the folder is left out, as sd-scripts does below 1.</summary>
    public bool LeavesOut => Number < 1;

    /// <summary>
    /// Reads a folder's name; null where no number stands before an underscore. As for Python's <c>int</c>, which sd-scripts reads it with,
    /// spaces around it, a sign and the digits of any script count.
    /// </summary>
    public static FolderRepeats? Of(string folder)
    {
        if (Beginning().Match(folder) is not { Success: true } match)
            return null;
        var text = match.Groups["number"].Value;
        var digits = string.Concat(text.Select(character =>
            CharUnicodeInfo.GetDecimalDigitValue(character) is >= 0 and var digit ? (char)('0' + digit) : character));
        if (digits.AsSpan().IndexOfAnyExcept(Signs) >= 0)
            return new(text, null);
        return new(
            text, long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : digits[0] == '-' ? long.MinValue : long.MaxValue);
    }

    /// <summary>The warning for a folder whose pictures are left out.</summary>
    /// <param name="folder">Its name.</param>
    /// <param name="path">A path in which it is.</param>
    public static Diagnostic TellLeftOut(string folder, string path) => new(
        DiagnosticCode.InvalidMetadata,
        Severity.Warning,
        $"The pictures below '{folder}' are left out: its name says that they are shown less than once. Give it a number from 1 to {Most}, "
        + "or metadata Repeats, to use them.",
        path);

    /// <summary>The error for too large a number, or the warning for one that is not whole, which counts for nothing.</summary>
    /// <param name="folder">The folder's name.</param>
    /// <param name="path">A path in which it is.</param>
    public Diagnostic TellInvalid(string folder, string path) => Number is null
        ? new(DiagnosticCode.InvalidMetadata, Severity.Warning, $"{Text} in the folder's name '{folder}' is no whole number, and says "
            + $"nothing of repeats. Write one from 1 to {Most}.", path)
        : new(DiagnosticCode.InvalidMetadata, Severity.Error, $"{Text} in the folder's name '{folder}' is no number of repeats. Write one "
            + $"from 1 to {Most}.", path);

    [GeneratedRegex(@"\A\s*(?<number>[+-]?\d[\d.,]*([eE][+-]?\d+)?)\s*_", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();
}
