using LoraBuild.Settings;

namespace LoraBuild.Training.Captions;

/// <summary>The tags of a caption: those that stay where they are, and those that may be shuffled and dropped.</summary>
/// <param name="Start">Kept at the start.</param>
/// <param name="Loose">Between them.</param>
/// <param name="End">Kept at the end.</param>
internal sealed record CaptionTags(IReadOnlyList<string> Start, IReadOnlyList<string> Loose, IReadOnlyList<string> End)
{
    /// <summary>
    /// Splits a caption at <c>keep_tokens_separator</c>, where it has one, else after <c>keep_tokens</c> tags. Only in the first case are
    /// empty tags left out, as sd-scripts does.
    /// </summary>
    public static CaptionTags Split(string caption, TrainingSettings settings)
    {
        if (settings.KeepTokensSeparator is { } bar && caption.Contains(bar, StringComparison.Ordinal))
        {
            var parts = caption.Split(bar, 3);
            return new(Present(parts[0]), Present(parts[1]), parts.Length > 2 ? Present(parts[2]) : []);
        }

        var tags = caption.Trim().Split(settings.CaptionSeparator, StringSplitOptions.TrimEntries);
        var kept = Math.Min(settings.KeepTokens, tags.Length);
        return new(tags[..kept], tags[kept..], []);

        string[] Present(string part) =>
            part.Split(settings.CaptionSeparator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }
}
