namespace LoraBuild.Dataset.Characters;

/// <summary>
/// The author's rules for tags that say who a character is. The trigger word implies them, so captions do not repeat them.
/// </summary>
/// <param name="Patterns">Regular expressions (.NET syntax, case ignored) that match a whole tag in prompt form.</param>
/// <param name="Tags">Further features, spelled out.</param>
/// <param name="Keep">Tags that stay although a rule matches.</param>
/// <param name="UseDefaults">True if <see cref="DefaultPatterns"/> and the table that ships with LoraBuild apply as well.</param>
public sealed record FeatureRules(IReadOnlyList<string> Patterns, IReadOnlyList<string> Tags, IReadOnlyList<string> Keep, bool UseDefaults)
{
    /// <summary>The defaults alone.</summary>
    public static FeatureRules Default { get; } = new([], [], [], UseDefaults: true);

    /// <summary>
    /// The four patterns that authors prune tags with in dataset editors, with their word as a whole word, so that <c>wooden chair</c> is
    /// no hair and <c>polar bears</c> are no ears.
    /// </summary>
    public static IReadOnlyList<string> DefaultPatterns { get; } =
    [
        @"[a-zA-Z\s\-]+\bhair\b[a-zA-Z\s\-]*",
        @"[a-zA-Z\s\-]+\beyes\b[a-zA-Z\s\-]*",
        @"[a-zA-Z\s\-]+\bears\b[a-zA-Z\s\-]*",
        @"[a-zA-Z\s\-]*\bbangs",
    ];
}
