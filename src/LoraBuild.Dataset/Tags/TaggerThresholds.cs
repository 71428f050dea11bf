using System.Globalization;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// Thresholds of one tagger, for taggers that are not equally bold. Its scores are stretched so that its own threshold becomes the
/// project's: what it is just sure of counts as just sure, alone or together with others, and so do its scores as evidence.
/// </summary>
/// <param name="General">Its threshold for general tags, above 0 and below 1, or null: the project's.</param>
/// <param name="Character">Its threshold for character tags likewise.</param>
public sealed record TaggerThresholds(float? General, float? Character)
{
    /// <summary>True if the tagger has none of its own.</summary>
    public bool IsEmpty => General is null && Character is null;

    /// <summary>
    /// Reads the metadata of a Tagger item; empty means none, and the one for characters is the one for general tags then.
    /// </summary>
    /// <param name="tagger">The item, for messages.</param>
    /// <param name="threshold">Its <c>Threshold</c>.</param>
    /// <param name="characterThreshold">Its <c>CharacterThreshold</c>.</param>
    /// <exception cref="LoraBuildException">LB1009: one is no number above 0 and below 1.</exception>
    public static TaggerThresholds Parse(string tagger, string threshold, string characterThreshold)
    {
        var general = Number("Threshold", threshold);
        return new TaggerThresholds(general, Number("CharacterThreshold", characterThreshold) ?? general);

        float? Number(string name, string text)
        {
            if (text.Length == 0)
                return null;
            if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1)
                return number;
            throw new LoraBuildException(
                DiagnosticCode.InvalidMetadata, $"{name} of the tagger '{tagger}' is '{text}'; it must be a number above 0 and below 1.");
        }
    }

    /// <summary>The tagger's scores on the project's scale. Ratings have no threshold of their own and stay.</summary>
    /// <param name="scores">The tagger's scores.</param>
    /// <param name="project">The project's thresholds.</param>
    public TagScores Stretch(TagScores scores, TagSelection project) => scores with
    {
        General = Stretch(scores.General, General, project.GeneralThreshold),
        Character = Stretch(scores.Character, Character, project.CharacterThreshold),
    };

    private static IReadOnlyDictionary<string, float> Stretch(IReadOnlyDictionary<string, float> scores, float? own, float common)
    {
        if (own is not { } threshold)
            return scores;
        var stretched = new OrderedDictionary<string, float>(scores.Count, StringComparer.Ordinal);
        foreach (var (tag, score) in scores)
            stretched.Add(tag, Stretch(score, threshold, common));
        return stretched;
    }

    // Straight from 0 to the threshold and from there to 1; rounding never lifts a score to a threshold that it was below.
    private static float Stretch(float score, double threshold, float common) => score < threshold
        ? Math.Min((float)(score / threshold * common), MathF.BitDecrement(common))
        : Math.Max((float)(common + ((score - threshold) / (1 - threshold) * (1 - common))), common);
}
