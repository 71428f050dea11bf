namespace LoraBuild.Dataset.Tags;

/// <summary>
/// The author's corrections of a picture's raw tags, before any step sees them: first <paramref name="Remove"/>, then
/// <paramref name="Replace"/>, then <paramref name="Add"/>.
/// </summary>
/// <param name="Add">Tags that the picture gets, at the end of the list. They are the author's word: no later step removes them.</param>
/// <param name="Remove">Tags that the picture loses. No later step brings them back.</param>
/// <param name="Replace">Old tag to new tag; the new one takes the old one's place, where the picture has the old one.</param>
public sealed record TagEdit(
    IReadOnlyList<string> Add,
    IReadOnlyList<string> Remove,
    IReadOnlyDictionary<string, string> Replace)
{
    /// <summary>Applies edits in their order. A later edit overrides an earlier one.</summary>
    public static PictureTags Apply(IReadOnlyList<string> raw, IReadOnlyList<TagEdit> edits) => Apply(PictureTags.Of(raw), edits);

    /// <summary>Applies edits in their order to tags that have changed already. A later edit overrides an earlier one.</summary>
    public static PictureTags Apply(PictureTags raw, IReadOnlyList<TagEdit> edits)
    {
        if (edits.Count == 0) return raw;
        var tags = raw.Tags.ToList();
        var pinned = new List<string>();
        var banned = new List<string>();
        var changes = raw.Changes.ToList();
        foreach (var edit in edits)
        {
            foreach (var tag in edit.Remove)
            {
                Move(tag, pinned, banned);
                if (tags.RemoveAll(candidate => Tag.Comparer.Equals(candidate, tag)) > 0)
                    changes.Add(new TagChange(tag, TagChangeKind.Removed, "removed by hand"));
            }

            foreach (var (old, replacement) in edit.Replace.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                var index = tags.FindIndex(candidate => Tag.Comparer.Equals(candidate, old));
                if (index < 0 || Tag.Comparer.Equals(old, replacement)) continue;
                var present = tags.Contains(replacement, Tag.Comparer);
                if (!present) tags.Insert(index, replacement);
                tags.RemoveAll(candidate => Tag.Comparer.Equals(candidate, old));
                Move(old, pinned, banned);
                Move(replacement, banned, pinned);
                changes.Add(new TagChange(old, TagChangeKind.Replaced, "replaced by hand", replacement));
                if (!present) changes.Add(new TagChange(replacement, TagChangeKind.Added, "replaced by hand"));
            }

            foreach (var tag in edit.Add)
            {
                Move(tag, banned, pinned);
                if (tags.Contains(tag, Tag.Comparer)) continue;
                tags.Add(tag);
                changes.Add(new TagChange(tag, TagChangeKind.Added, "added by hand"));
            }
        }

        return new PictureTags(tags, pinned, banned, changes);
    }

    private static void Move(string tag, List<string> from, List<string> to)
    {
        from.RemoveAll(candidate => Tag.Comparer.Equals(candidate, tag));
        if (!to.Contains(tag, Tag.Comparer)) to.Add(tag);
    }
}
