using System.Text.RegularExpressions;
using LoraBuild.Base.Randomness;
using LoraBuild.Settings;

namespace LoraBuild.Training.Captions;

/// <summary>
/// Makes a step's prompt from a picture's caption, in the order of sd-scripts' <c>process_caption</c>. First come prefix and suffix,
/// dropout of the whole caption and wildcards. Then, with the tags apart, come warm-up, shuffle and dropout of tags, at last the secondary
/// separator.
/// </summary>
public static class CaptionProcessor
{
    private const string Joint = ", ";

    /// <summary>The text that is tokenized; empty where the caption is dropped.</summary>
    /// <param name="caption">The caption as written; only one of its lines counts.</param>
    /// <param name="settings">The settings of captions.</param>
    /// <param name="moment">When it is read.</param>
    /// <param name="random">The source of every choice.</param>
    /// <param name="fits">
    /// Tells whether a text is read to its end. In one that is not, the caption's first tag, the trigger word, comes first: wherever the
    /// text is cut, it is learnt. Null: any text is.
    /// </param>
    public static string Process(
        string caption, TrainingSettings settings, CaptionMoment moment, CounterRandom random, Func<string, bool>? fits = null)
    {
        var trigger = caption.Split(settings.CaptionSeparator, 2)[0].Trim();
        caption = Surrounded(caption, settings);
        if (IsDropped(settings, moment.Epoch, random))
            return "";

        caption = settings.EnableWildcard ? CaptionWildcards.Resolve(caption, random) : caption.Split('\n')[0].TrimEnd('\r');
        var warmupSteps = WarmupSteps(settings, moment.TotalSteps);
        var joint = settings.CaptionSeparator;
        if (settings.ShuffleCaption || warmupSteps > 0 || settings.CaptionTagDropoutRate > 0)
        {
            var tags = CaptionTags.Split(caption, settings);
            var loose = Loose(tags.Loose, settings, moment.Step, warmupSteps, random);
            joint = Joint;
            caption = string.Join(joint, [.. tags.Start, .. loose, .. tags.End]);
        }

        if (fits?.Invoke(Joined(caption, settings)) == false)
            caption = BeginningWith(trigger, caption, joint);
        return Joined(caption, settings);
    }

    /// <summary>The most tokens that a caption has in any step.</summary>
    /// <param name="caption">The caption as written.</param>
    /// <param name="settings">The settings of captions.</param>
    /// <param name="count">Counts the tokens of a text.</param>
    public static int MostTokens(string caption, TrainingSettings settings, Func<string, int> count)
    {
        caption = Surrounded(caption, settings);
        return settings.EnableWildcard
            ? CaptionWildcards.Longest(caption, count).Max(Count)
            : Count(caption.Split('\n')[0].TrimEnd('\r'));

        int Count(string line)
        {
            if (settings.KeepTokensSeparator is not { } bar || !line.Contains(bar, StringComparison.Ordinal))
                return count(Joined(line, settings));
            var tags = CaptionTags.Split(line, settings);
            return count(Joined(string.Join(Joint, [.. tags.Start, .. tags.Loose, .. tags.End]), settings));
        }
    }

    private static string Surrounded(string caption, TrainingSettings settings)
    {
        if (settings.CaptionPrefix is { } prefix)
            caption = $"{prefix} {caption}";
        return settings.CaptionSuffix is { } suffix ? $"{caption} {suffix}" : caption;
    }

    private static string Joined(string caption, TrainingSettings settings) => settings.SecondarySeparator is { } secondary
        ? caption.Replace(secondary, settings.CaptionSeparator, StringComparison.Ordinal)
        : caption;

    // A prefix may stand in one tag with it.
    private static string BeginningWith(string trigger, string caption, string joint)
    {
        var tags = caption.Split(joint).ToList();
        var place =
            tags.FindIndex(tag => tag.Trim() is var words && (words == trigger || words.EndsWith($" {trigger}", StringComparison.Ordinal)));
        if (place <= 0)
            return caption;
        var first = tags[place].Trim();
        tags.RemoveAt(place);
        return first + Joint + string.Join(joint, tags).TrimStart();
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

/// <summary>When in a training a caption is read.</summary>
/// <param name="Step">The optimizer step, from 0.</param>
/// <param name="TotalSteps">Optimizer steps of the whole training.</param>
/// <param name="Epoch">The pass over the data, from 1 as sd-scripts counts them.</param>
public readonly record struct CaptionMoment(int Step, int TotalSteps, int Epoch);

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

/// <summary>sd-scripts' <c>enable_wildcard</c>.</summary>
internal static partial class CaptionWildcards
{
    // Stand for doubled braces while single ones are looked for: private use characters, which no caption has.
    private const char Open = '\uE000', Close = '\uE001';

    /// <summary>One of the caption's lines, with one alternative of each <c>{a|b|c}</c>; <c>{{</c> and <c>}}</c> are braces.</summary>
    public static string Resolve(string caption, CounterRandom random)
    {
        string[] lines = [.. caption.Split('\n').Select(line => line.TrimEnd('\r'))];
        var line = lines.Length == 1 ? lines[0] : Choose(lines, random);
        line = line.Replace("{{", $"{Open}", StringComparison.Ordinal).Replace("}}", $"{Close}", StringComparison.Ordinal);
        line = Alternatives().Replace(line, match => Choose(match.Groups[1].Value.Split('|'), random));
        return line.Replace(Open, '{').Replace(Close, '}');
    }

    /// <summary>The caption's lines, each with the longest alternative of every <c>{a|b|c}</c>.</summary>
    /// <param name="caption">The caption.</param>
    /// <param name="length">The length of a text.</param>
    public static IEnumerable<string> Longest(string caption, Func<string, int> length) =>
        from line in caption.Split('\n')
        let marked = line.TrimEnd('\r').Replace("{{", $"{Open}", StringComparison.Ordinal)
            .Replace("}}", $"{Close}", StringComparison.Ordinal)
        let resolved = Alternatives().Replace(marked, match => match.Groups[1].Value.Split('|').MaxBy(length)!)
        select resolved.Replace(Open, '{').Replace(Close, '}');

    private static string Choose(string[] choices, CounterRandom random) => choices[random.NextInt(choices.Length)];

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Alternatives();
}
