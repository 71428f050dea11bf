using System.Collections;
using System.Diagnostics.CodeAnalysis;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Files;

namespace LoraBuild.Core.Tags;

/// <summary>
/// A whole <see cref="TagLedger"/> as its text: of most entries only id and key are looked at, and their lines are written again as they are.
/// Not safe for use from several threads.
/// </summary>
public sealed class TagLedgerText : IReadOnlyDictionary<string, TagLedgerEntry>
{
    private readonly byte[] text;
    private readonly Dictionary<string, int> indices;
    private readonly List<Line> lines;
    private IReadOnlyList<(string Id, IReadOnlyList<string> Tags)>? allTags;
    private readonly Dictionary<string, TagLedgerEntry> parsed = new(StringComparer.Ordinal);

    private TagLedgerText(byte[] text, List<Line> lines, Dictionary<string, int> indices) => (this.text, this.lines, this.indices) = (text, lines, indices);

    /// <summary>The ids, in the order of the pictures, with what each one's tags follow from.</summary>
    public IEnumerable<(string Id, ContentHash Key)> EntryKeys
    {
        get
        {
            foreach (var line in lines)
                yield return (line.Id, line.Key);
        }
    }

    /// <inheritdoc/>
    public int Count => lines.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => lines.Select(line => line.Id);

    /// <inheritdoc/>
    public IEnumerable<TagLedgerEntry> Values => lines.Select(line => this[line.Id]);

    /// <inheritdoc/>
    public TagLedgerEntry this[string key] => TryGetValue(key, out var entry) ? entry : throw new KeyNotFoundException($"The ledger has no '{key}'.");

    /// <summary>Reads a ledger that is known to be as it was written.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no ledger.</exception>
    public static TagLedgerText Read(string path) => Of(File.ReadAllBytes(path));

    /// <summary>A ledger from its bytes.</summary>
    /// <exception cref="InvalidDataException">It is no ledger.</exception>
    public static TagLedgerText Of(byte[] text)
    {
        var lines = new List<Line>();
        for (var start = 0; start < text.Length;)
        {
            var length = text.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
                throw new InvalidDataException("A line of a ledger has no end.");
            var (id, key) = TagLedgerLine.ReadHead(text.AsSpan(start, length));
            lines.Add(new Line(id, key, start, length));
            start += length + 1;
        }

        var indices = new Dictionary<string, int>(lines.Count, StringComparer.Ordinal);
        for (var i = 0; i < lines.Count; i++)
            indices[lines[i].Id] = i;
        return new TagLedgerText(text, lines, indices);
    }

    /// <summary>The ledger with these entries in the place of those of the same ids.</summary>
    /// <exception cref="KeyNotFoundException">There is no entry of that id.</exception>
    public TagLedgerText With(IReadOnlyList<TagLedgerEntry> entries)
    {
        var changed = entries.Select(entry => (Index: indices[entry.Id], Entry: entry)).OrderBy(entry => entry.Index).ToList();
        using var stream = new MemoryStream(text.Length + (changed.Count * 1024));
        var (copied, moved) = (0, 0);
        var next = new List<Line>(lines.Count);
        List<(string Id, IReadOnlyList<string> Tags)>? tags = allTags is null ? null : [.. allTags];
        foreach (var (index, entry) in changed)
        {
            var line = lines[index];
            stream.Write(text, copied, line.Start - copied);
            while (next.Count < index)
                next.Add(lines[next.Count].Moved(moved));
            next.Add(new Line(line.Id, entry.Key, line.Start + moved, 0));
            TagLedgerLine.Write(stream, entry);
            moved = (int)stream.Position - (line.Start + line.Length + 1);
            next[index] = next[index] with { Length = (int)stream.Position - next[index].Start - 1 };
            copied = line.Start + line.Length + 1;
            if (tags is not null)
                tags[index] = (line.Id, entry.Tags.Tags);
        }

        stream.Write(text, copied, text.Length - copied);
        while (next.Count < lines.Count)
            next.Add(lines[next.Count].Moved(moved));
        return new TagLedgerText(stream.ToArray(), next, indices) { allTags = tags };
    }

    /// <summary>Writes the ledger.</summary>
    /// <exception cref="Diagnostics.LoraBuildException">LB6001: it cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => stream.Write(text));

    /// <summary>The tags of all pictures. Equal tags are one string.</summary>
    public IReadOnlyList<(string Id, IReadOnlyList<string> Tags)> AllTags() => allTags ??= ReadTags();

    private List<(string Id, IReadOnlyList<string> Tags)> ReadTags()
    {
        var same = new TextPool();
        var all = new List<(string, IReadOnlyList<string>)>(lines.Count);
        foreach (var line in lines)
            all.Add((line.Id, TagLedgerLine.ReadTags(text.AsSpan(line.Start, line.Length), same)));
        return all;
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => indices.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TagLedgerEntry value)
    {
        if (parsed.TryGetValue(key, out value))
            return true;
        if (!indices.TryGetValue(key, out var index) || TagLedgerLine.TryRead(text.AsSpan(lines[index].Start, lines[index].Length)) is not { } entry)
            return false;
        parsed[key] = value = entry;
        return true;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, TagLedgerEntry>> GetEnumerator() =>
        lines.Select(line => KeyValuePair.Create(line.Id, this[line.Id])).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed record Line(string Id, ContentHash Key, int Start, int Length)
    {
        public Line Moved(int by) => by == 0 ? this : this with { Start = Start + by };
    }
}
