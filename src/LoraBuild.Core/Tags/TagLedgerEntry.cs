using LoraBuild.Core.Caching;
using LoraBuild.Core.Outfits;

namespace LoraBuild.Core.Tags;

/// <summary>One picture in a <see cref="TagLedger"/>.</summary>
/// <param name="Id">The picture's id.</param>
/// <param name="Key">The key that its tags follow from.</param>
/// <param name="Tags">Its tags after the step, with the reason for each change.</param>
/// <param name="Finding">What AlignOutfits found of the picture's outfit; null after other steps.</param>
public sealed record TagLedgerEntry(string Id, ContentHash Key, PictureTags Tags, OutfitFinding? Finding = null)
{
    /// <summary>The hash of what the next step sees: the tags and what the author pinned or banned, not the reasons.</summary>
    public ContentHash Content { get; } = ContentOf(Tags);

    private static ContentHash ContentOf(PictureTags tags)
    {
        var key = new StepKey("Tags", 1);
        foreach (var tag in tags.Tags)
            key.With("tag", tag);
        foreach (var tag in tags.Pinned)
            key.With("pinned", tag);
        foreach (var tag in tags.Banned)
            key.With("banned", tag);
        return key.ToHash();
    }
}
