using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Settings;

/// <summary>The previews of a training.</summary>
public static class SamplePrompts
{
    /// <summary>
    /// Reads the pictures that <see cref="Options.SamplePrompts"/> asks for; none where it is not set. Prompts without a seed have the
    /// training's, so that one epoch's picture can be held against another's.
    /// </summary>
    /// <param name="settings">Those of the training.</param>
    /// <param name="problems">All that is wrong with the file.</param>
    public static IReadOnlyList<PictureRequest> Read(TrainingSettings settings, out IReadOnlyList<Diagnostic> problems)
    {
        problems = [];
        var defaults = new PictureRequest
        {
            Prompt = "", Seed = settings.Seed, Sampler = settings.SampleSampler, ClipSkip = settings.ClipSkip ?? 1,
        };
        return settings.SamplePrompts is { } file
            ? SamplePromptFile.Read(file, Options.SamplePrompts.Property, defaults, out problems)
            : [];
    }
}

/// <summary>
/// The regularisation images that the base model draws itself. Its pictures for prompts without her stay those of before the training,
/// which is the prior preservation of DreamBooth (Ruiz et al. 2022, section 3.3).
/// </summary>
public static class RegularizationPrompts
{
    // No prompt says it, so one that has it has said nothing.
    private const long NoSeed = -1;

    /// <summary>
    /// Reads the pictures to draw: prompt after prompt, and again from the first until there are enough. A side that a prompt does not name
    /// is 0. Without a seed of its own, each picture has the next one after the training's; with one, each turn the next one after that.
    /// </summary>
    /// <param name="path">A file as <see cref="SamplePromptFile"/> reads it.</param>
    /// <param name="count">The number of pictures, at least 1; null: as many as prompts.</param>
    /// <param name="settings">Those of the training: seed, clip skip, sampler.</param>
    /// <param name="problems">All that is wrong with the file, and warnings.</param>
    public static IReadOnlyList<PictureRequest> Read(
        string path, int? count, TrainingSettings settings, out IReadOnlyList<Diagnostic> problems)
    {
        var defaults = new PictureRequest
        {
            Prompt = "", Seed = NoSeed, Width = 0, Height = 0, Sampler = settings.SampleSampler, ClipSkip = settings.ClipSkip ?? 1,
        };
        var prompts = SamplePromptFile.Read(path, Options.RegularizationPrompts.Property, defaults, out problems);
        if (problems.Any(problem => problem.Severity == Severity.Error))
            return [];
        if (count < prompts.Count)
        {
            problems =
            [
                .. problems,
                new(
                    DiagnosticCode.SettingWithoutEffect,
                    Severity.Warning,
                    $"Of the {prompts.Count} prompts here only the first {count} are drawn, as {Options.RegularizationCount} says. Raise "
                    + "it, or take prompts away.",
                    path),
            ];
        }

        return [.. Enumerable.Range(0, count ?? prompts.Count).Select(index =>
        {
            var prompt = prompts[index % prompts.Count];
            return prompt with { Seed = prompt.Seed == NoSeed ? (long)settings.Seed + index : prompt.Seed + (index / prompts.Count) };
        })];
    }
}
