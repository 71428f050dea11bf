namespace LoraBuild.Dataset.Tags;

/// <summary>
/// A picture's tags after a step of the pipeline. Every difference from the step's input has its <see cref="TagChange"/>.
/// </summary>
/// <param name="Tags">The tags in prompt form, in caption order.</param>
/// <param name="Pinned">Tags that the author added to this picture by hand: no step removes them.</param>
/// <param name="Banned">Tags that the author took from this picture by hand: no step adds them.</param>
/// <param name="Changes">The changes of this step, in its order.</param>
public sealed record PictureTags(
    IReadOnlyList<string> Tags,
    IReadOnlyList<string> Pinned,
    IReadOnlyList<string> Banned,
    IReadOnlyList<TagChange> Changes)
{
    /// <summary>Tags as a tagger or a tag file gives them: nothing changed, nothing pinned or banned.</summary>
    public static PictureTags Of(IReadOnlyList<string> tags) => new(tags, [], [], []);

    /// <summary>True if the author added this tag by hand.</summary>
    public bool IsPinned(string tag) => Pinned.Contains(tag, Tag.Comparer);

    /// <summary>True if the author took this tag away by hand.</summary>
    public bool IsBanned(string tag) => Banned.Contains(tag, Tag.Comparer);
}
