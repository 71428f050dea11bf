using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Families;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Training.Captions;

/// <summary>The length of prompts in tokens.</summary>
public static class PromptLength
{
    /// <summary>LB5009 for each prompt of which a part does not count.</summary>
    /// <param name="prompts">The pictures that are drawn.</param>
    /// <param name="model">The model, whose tokenizer counts.</param>
    /// <param name="file">The file that has the prompts; null where nobody wrote them.</param>
    public static IEnumerable<Diagnostic> Warnings(IEnumerable<PictureRequest> prompts, IDiffusionModel model, string? file) =>
        from text in prompts.SelectMany(prompt => new[] { prompt.Prompt, prompt.NegativePrompt }).Distinct(StringComparer.Ordinal)
        let count = model.CountTokens(text, weighted: true)
        let most = model.LengthOf(text)
        where count > most
        select new Diagnostic(
            DiagnosticCode.TextTooLong,
            Severity.Warning,
            string.Create(
                CultureInfo.InvariantCulture,
                $"A prompt has {count} tokens, of which the first {most} count. Shorten it: '{Beginning(text)}'."),
            file,
            file is null ? 0 : SamplePromptFile.LineOf(text, file));

    private static string Beginning(string text)
    {
        const int Shown = 60;
        return text.Length <= Shown ? text : $"{text[..Shown]}...";
    }
}
