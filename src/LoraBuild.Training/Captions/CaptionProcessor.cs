using LoraBuild.Base.Randomness;
using LoraBuild.Settings;

namespace LoraBuild.Training.Captions;

/// <summary>
/// What a step reads of a picture's caption, in the order of sd-scripts' <c>process_caption</c>: prefix and suffix, dropout of the whole
/// caption, wildcards, then (with the tags apart) warm-up, shuffle and dropout of tags, at last the secondary separator.
/// </summary>
public static class CaptionProcessor
{
    private const string Joint = ", ";

    /// <summary>The text that is tokenized; empty where the caption is dropped.</summary>
    /// <param name="caption">The caption as written; only one of its lines counts.</param>
    /// <param name="settings">What is done to it.</param>
    /// <param name="moment">When it is read.</param>
    /// <param name="random">Where every choice comes from.</param>
    public static string Process(string caption, TrainingSettings settings, CaptionMoment moment, CounterRandom random)
    {
        if (settings.CaptionPrefix is { } prefix)
            caption = $"{prefix} {caption}";
        if (settings.CaptionSuffix is { } suffix)
            caption = $"{caption} {suffix}";
        if (IsDropped(settings, moment.Epoch, random))
            return "";

        caption = settings.EnableWildcard ? CaptionWildcards.Resolve(caption, random) : caption.Split('\n')[0].TrimEnd('\r');
        var warmupSteps = WarmupSteps(settings, moment.TotalSteps);
        if (settings.ShuffleCaption || warmupSteps > 0 || settings.CaptionTagDropoutRate > 0)
        {
            var tags = CaptionTags.Split(caption, settings);
            var loose = Loose(tags.Loose, settings, moment.Step, warmupSteps, random);
            caption = string.Join(Joint, [.. tags.Start, .. loose, .. tags.End]);
        }

        return settings.SecondarySeparator is { } secondary
            ? caption.Replace(secondary, settings.CaptionSeparator, StringComparison.Ordinal)
            : caption;
    }

    private static bool IsDropped(TrainingSettings settings, int epoch, CounterRandom random) =>
        (settings.CaptionDropoutRate > 0 && random.NextDouble() < settings.CaptionDropoutRate)
        || (settings.CaptionDropoutEveryNEpochs > 0 && epoch % settings.CaptionDropoutEveryNEpochs == 0);

    private static int WarmupSteps(TrainingSettings settings, int totalSteps) =>
        (int)(settings.TokenWarmupStep < 1 ? settings.TokenWarmupStep * totalSteps : settings.TokenWarmupStep);

    private static IEnumerable<string> Loose(
        IReadOnlyList<string> tags, TrainingSettings settings, int step, int warmupSteps, CounterRandom random)
    {
        string[] loose = [.. tags.Take(step < warmupSteps ? WarmedUp(tags.Count, settings.TokenWarmupMin, step, warmupSteps) : tags.Count)];
        if (settings.ShuffleCaption)
            random.Shuffle<string>(loose);
        return settings.CaptionTagDropoutRate > 0
            ? [.. loose.Where(_ => random.NextDouble() >= settings.CaptionTagDropoutRate)]
            : loose;
    }

    // From the minimum to all tags along a straight line.
    private static int WarmedUp(int count, int min, int step, int warmupSteps) =>
        (int)Math.Floor(step * ((double)(count - min) / warmupSteps)) + min;
}
