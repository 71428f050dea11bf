using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Dataset.Tags;

/// <summary>Lists of tags as text: the tag files that authors and taggers leave beside pictures.</summary>
public static class TagList
{
    /// <summary>
    /// Splits at commas (also East Asian ones) and line ends and brings every tag into prompt form; empty entries (trailing commas, blank
    /// lines) are dropped. Brackets around several tags weigh each of them: <c>(smile, hat:1.5)</c> is <c>(smile:1.5)</c> and
    /// <c>(hat:1.5)</c>. Order and repetitions stay: removing duplicates is a step of its own.
    /// </summary>
    public static IReadOnlyList<string> Parse(string text) => TagText.ReadAll(text);

    /// <summary>Reads a tag file: UTF-8 with or without byte-order mark, any line ends.</summary>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.TagFileEncoding"/> with the line of the first byte that is not UTF-8;
    /// <see cref="DiagnosticCode.CannotRead"/>.</exception>
    public static IReadOnlyList<string> Read(string path) => Parse(Utf8Text.Read(path, DiagnosticCode.TagFileEncoding));

    /// <summary>One line, tags separated by a comma and a space; the inverse of <see cref="Parse"/>.</summary>
    public static string Format(IEnumerable<string> tags) => string.Join(", ", tags);
}
