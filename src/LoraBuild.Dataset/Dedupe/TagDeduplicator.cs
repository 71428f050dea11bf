using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Dedupe;

/// <summary>
/// The Dedupe step: a tag goes when it stands in the list already, or when another tag of the picture implies it, so that a caption says
/// everything once. Order-stable and idempotent; safe for any number of threads.
/// </summary>
/// <param name="character">Her trigger words are names: they imply nothing, whatever their words are.</param>
/// <param name="implications">Usually <see cref="ImplicationTable.Danbooru"/>.</param>
public sealed class TagDeduplicator(Character character, ImplicationTable implications)
{
    private readonly HashSet<string> names = character.TriggerWords.ToHashSet(Tag.Comparer);

    /// <summary>Removes repeated and implied tags. Tags that the author added by hand stay.</summary>
    public PictureTags Deduplicate(PictureTags input)
    {
        var changes = new List<TagChange>();
        var present = new HashSet<string>(Tag.Comparer);
        var unique = new List<string>(input.Tags.Count);
        foreach (var tag in input.Tags)
        {
            if (present.Add(tag)) unique.Add(tag);
            else changes.Add(new TagChange(tag, TagChangeKind.Removed, "duplicate", tag));
        }

        var impliedBy = new Dictionary<string, string>(Tag.Comparer);
        foreach (var tag in unique)
        {
            if (names.Contains(tag)) continue;
            foreach (var implied in implications.Implied(tag))
                if (present.Contains(implied)) impliedBy.TryAdd(implied, tag);
        }

        var kept = new List<string>(unique.Count);
        foreach (var tag in unique)
        {
            if (!impliedBy.TryGetValue(tag, out var by) || names.Contains(tag) || input.IsPinned(tag)) kept.Add(tag);
            else changes.Add(new TagChange(tag, TagChangeKind.Removed, $"implied by {by}", by));
        }

        return input with { Tags = kept, Changes = changes };
    }
}
