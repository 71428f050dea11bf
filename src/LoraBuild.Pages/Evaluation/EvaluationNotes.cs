using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Pages.Evaluation;

/// <summary>The author's notes on an evaluation: a text file, shown on its page.</summary>
public static class EvaluationNotes
{
    /// <summary>Its paragraphs, between which there are empty lines; each in one line.</summary>
    /// <exception cref="LoraBuildException">LB3004: it is not UTF-8. LB6004: it cannot be read.</exception>
    public static IReadOnlyList<string> Read(string path) =>
    [
        .. Utf8Text.Read(path, DiagnosticCode.TagFileEncoding).ReplaceLineEndings("\n")
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(paragraph => paragraph.Replace('\n', ' ')),
    ];
}
