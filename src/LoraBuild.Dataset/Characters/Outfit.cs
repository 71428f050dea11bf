namespace LoraBuild.Dataset.Characters;

/// <summary>Clothes that a character wears together.</summary>
/// <param name="Name">Its name in character.yaml, in item metadata and as a folder.</param>
/// <param name="Tags">Everything that belongs to it, as tags in prompt form.</param>
/// <param name="Trigger">A second trigger word, which follows the character's in captions, or null.</param>
/// <param name="When">The condition for pictures that show it, or null where the author does not say.</param>
/// <param name="Line">1-based line of the outfit in character.yaml.</param>
/// <param name="Column">1-based column of the outfit in character.yaml.</param>
public sealed record Outfit(
    string Name,
    IReadOnlyList<string> Tags,
    string? Trigger = null,
    OutfitCondition? When = null,
    int Line = 0,
    int Column = 0);

/// <summary>Tells an outfit by a picture's tags. A tag counts as present when the picture has it or has one that implies it.</summary>
/// <param name="Any">At least one of these is present; empty: no such condition.</param>
/// <param name="All">All of these are present.</param>
public sealed record OutfitCondition(IReadOnlyList<string> Any, IReadOnlyList<string> All)
{
    /// <summary>Tells whether a picture meets the condition.</summary>
    /// <param name="isPresent">True for a tag that the picture has, or that one of its tags implies.</param>
    public bool IsMet(Func<string, bool> isPresent) => (Any.Count == 0 || Any.Any(isPresent)) && All.All(isPresent);
}
