using System.Collections;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Ledgers;

/// <summary>
/// The tags of every picture after one step, a line of JSON for each, in the order of the pictures. Each entry carries the key that it
/// follows from, so that the next build computes again only what changed, and copies the other lines as they are.
/// </summary>
public sealed class TagLedger : IReadOnlyCollection<TagLedgerEntry>
{
    private const int BufferSize = 128 * 1024;

    private readonly IReadOnlyList<TagLedgerEntry> entries;
    private readonly Dictionary<string, TagLedgerEntry> byId;

    /// <summary>A ledger of these entries, whose ids differ.</summary>
    public TagLedger(IReadOnlyList<TagLedgerEntry> entries)
    {
        this.entries = entries;
        byId = new Dictionary<string, TagLedgerEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
            byId[entry.Id] = entry;
    }

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <summary>The entry of a picture.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public TagLedgerEntry this[string id] => Find(id) ?? throw new KeyNotFoundException($"The ledger has no '{id}'.");

    /// <summary>Reads a ledger. Damaged lines are left out, a missing file is an empty ledger: both are computed again.</summary>
    public static TagLedger Read(string path)
    {
        var entries = new List<TagLedgerEntry>();
        var text = File.Exists(path) ? WholeFile.ReadBytes(path) : [];
        for (int start = 0, length; start < text.Length; start += length + 1)
        {
            length = text.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
                length = text.Length - start;
            if (TagLedgerEntry.TryRead(text.AsMemory(start, length)) is { } entry)
                entries.Add(entry);
        }

        return new TagLedger(entries);
    }

    /// <summary>The tags of pictures, with their ids. Equal tags are one string.</summary>
    /// <exception cref="KeyNotFoundException">One of the pictures has no entry.</exception>
    public IReadOnlyList<(string Id, IReadOnlyList<string> Tags)> TagsOf(IEnumerable<string> ids)
    {
        var same = new TextPool();
        return [.. ids.Select(id => (id, this[id].ReadTags(same)))];
    }

    /// <summary>The entry of a picture, or null.</summary>
    public TagLedgerEntry? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>Writes the ledger.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: it cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        // Not disposed of, which would close the file.
        var buffered = new BufferedStream(stream, BufferSize);
        foreach (var entry in entries)
            entry.Write(buffered);
        buffered.Flush();
    });

    /// <inheritdoc/>
    public IEnumerator<TagLedgerEntry> GetEnumerator() => entries.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// One picture in a <see cref="TagLedger"/>. Of an entry that was read, the tags are only read where somebody asks for them. Safe for use
/// from several threads.
/// </summary>
public sealed class TagLedgerEntry
{
    private readonly ReadOnlyMemory<byte> line;
    private TagLedgerLine? body;

    /// <summary>An entry that a step made.</summary>
    /// <param name="id">The picture's id.</param>
    /// <param name="key">The key that its tags follow from.</param>
    /// <param name="tags">Its tags after the step, with the reason for each change.</param>
    /// <param name="finding">AlignOutfits' finding of the picture's outfit; null after other steps.</param>
    public TagLedgerEntry(string id, ContentHash key, PictureTags tags, OutfitFinding? finding = null)
        : this(id, key, ContentOf(tags), default) => body = new TagLedgerLine(tags, finding);

    private TagLedgerEntry(string id, ContentHash key, ContentHash content, ReadOnlyMemory<byte> line) =>
        (Id, Key, Content, this.line) = (id, key, content, line);

    /// <summary>The picture's id.</summary>
    public string Id { get; }

    /// <summary>The key that its tags follow from.</summary>
    public ContentHash Key { get; }

    /// <summary>The hash of all that the next step sees: the tags, and those that the author pinned or banned, not the reasons.</summary>
    public ContentHash Content { get; }

    /// <summary>The tags after the step, with the reason for each change.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6004: the line is damaged.</exception>
    public PictureTags Tags => Body.Tags;

    /// <summary>AlignOutfits' finding of the picture's outfit; null after other steps.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6004: the line is damaged.</exception>
    public OutfitFinding? Finding => Body.Finding;

    private TagLedgerLine Body => body ??= TagLedgerLine.Read(line.Span);

    /// <summary>The tags alone, and the outfit of the finding, read more quickly.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6004: the line is damaged.</exception>
    public (IReadOnlyList<string> Tags, string? Outfit) ReadTagsAndOutfit() => body is { } known
        ? (known.Tags.Tags, known.Finding?.Outfit)
        : (TagLedgerLine.ReadTags(line.Span, same: null), TagLedgerLine.ReadOutfit(line.Span));

    /// <summary>The tags alone, read more quickly. Equal ones are one string, which <paramref name="same"/> holds.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6004: the line is damaged.</exception>
    internal IReadOnlyList<string> ReadTags(TextPool same) => body is { } known ? known.Tags.Tags : TagLedgerLine.ReadTags(line.Span, same);

    internal static TagLedgerEntry? TryRead(ReadOnlyMemory<byte> line) =>
        TagLedgerLine.TryReadHead(line.Span, out var head) ? new TagLedgerEntry(head.Id, head.Key, head.Content, line) : null;

    internal void Write(Stream stream)
    {
        if (line.IsEmpty)
            Body.Write(stream, this);
        else
            stream.Write(line.Span);
        stream.WriteByte((byte)'\n');
    }

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
