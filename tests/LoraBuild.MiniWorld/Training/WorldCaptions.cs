using LoraBuild.MiniWorld.Drawing;

namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// Captions as people write them: in any order, with some tags left out, seldom with what other tags imply, now and then empty.
/// </summary>
internal static class WorldCaptions
{
    /// <summary>A caption of a picture.</summary>
    public static string Of(IReadOnlyList<string> tags, Dice dice)
    {
        if (dice.Happens(0.1))
            return "";
        var chosen = tags.ToArray();
        var implied = tags.SelectMany(tag => DrawnTags.Implied.GetValueOrDefault(tag, [])).ToHashSet();
        var keep = dice.Between(0, 1);
        if (keep < 0.75)
            chosen = [.. chosen.Where(tag => !implied.Contains(tag) || dice.Happens(keep))];
        dice.Shuffle(chosen.AsSpan());
        if (dice.Happens(0.25))
            return Joined(chosen.Take(1 + dice.Below(7)));
        var share = dice.Between(0.55, 1.05);
        return Joined(chosen.Where(_ => dice.Happens(share)));
    }

    /// <summary>Tags as a caption.</summary>
    public static string Joined(IEnumerable<string> tags) => string.Join(", ", tags).Replace('_', ' ');
}
