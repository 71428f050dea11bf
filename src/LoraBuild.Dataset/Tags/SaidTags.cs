namespace LoraBuild.Dataset.Tags;

/// <summary>Everything that a list of tags says: the tags, and what they imply.</summary>
public sealed class SaidTags
{
    private readonly Dictionary<string, string> saidBy;

    /// <summary>Prepares the set of what these tags say.</summary>
    /// <param name="tags">Tags of one picture, in prompt form.</param>
    /// <param name="implications">The table by which a tag says others.</param>
    public SaidTags(IReadOnlyList<string> tags, ImplicationTable implications)
    {
        // Most tags imply two or three others.
        saidBy = new Dictionary<string, string>(tags.Count * 4, Tag.Comparer);
        foreach (var tag in tags) saidBy.TryAdd(tag, tag);
        foreach (var tag in tags)
            foreach (var implied in implications.Implied(tag)) saidBy.TryAdd(implied, tag);
    }

    /// <summary>True if the tags say this one.</summary>
    public bool Contains(string tag) => saidBy.ContainsKey(tag);

    /// <summary>True if the tag itself is in the list.</summary>
    public bool ContainsItself(string tag) => saidBy.TryGetValue(tag, out var by) && Tag.Comparer.Equals(by, tag);

    /// <summary>The tag itself, or the first of the list that implies it, or null.</summary>
    public string? By(string tag) => saidBy.GetValueOrDefault(tag);
}
