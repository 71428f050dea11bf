using LoraBuild.Core.Randomness;

namespace LoraBuild.Training.Captions;

/// <summary>sd-scripts' <c>shuffle_caption</c> and <c>keep_tokens</c>.</summary>
public static class CaptionShuffler
{
    /// <summary>The caption with its tags in a random order, separated by a comma and a space.</summary>
    /// <param name="caption">Tags separated by commas; only the first line counts.</param>
    /// <param name="keepTokens">How many tags at the start stay where they are.</param>
    /// <param name="random">Where the order comes from.</param>
    public static string Shuffle(string caption, int keepTokens, CounterRandom random)
    {
        var tags = FirstLine(caption).Split(',', StringSplitOptions.TrimEntries);
        random.Shuffle(tags.AsSpan(Math.Min(keepTokens, tags.Length)));
        return string.Join(", ", tags);
    }

    /// <summary>The part of a caption that training reads.</summary>
    public static string FirstLine(string caption)
    {
        var end = caption.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? caption : caption[..end];
    }
}
