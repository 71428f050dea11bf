using System.Collections.Concurrent;
using System.Text.Json;
using LoraBuild.Core.Files;

namespace LoraBuild.Core.Caching;

/// <summary>
/// What the last successful build looked at and made: the one file that decides whether a build has anything to do, and the memory of
/// file hashes, so that an unchanged file is never read again. Safe for use from several threads.
/// </summary>
public sealed class BuildState
{
    private const int FormatVersion = 1;

    // File systems stamp by a clock that ticks every few milliseconds: a file read this soon after it was written could change again
    // without changing its stamp.
    private const long RacyNanoseconds = 20_000_000;

    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private readonly ContentHash? identity;
    private readonly Dictionary<string, FileRecord> known;
    private readonly IReadOnlyList<string> knownAbsent;
    private readonly ConcurrentDictionary<string, FileRecord> seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> seenAbsent = new(StringComparer.Ordinal);
    private bool isCurrent;

    private BuildState(ContentHash? identity, Dictionary<string, FileRecord> known, IReadOnlyList<string> knownAbsent)
    {
        this.identity = identity;
        this.known = known;
        this.knownAbsent = knownAbsent;
    }

    /// <summary>A state that knows nothing.</summary>
    public BuildState()
        : this(null, new(StringComparer.Ordinal), [])
    {
    }

    /// <summary>Reads what the last successful build saved; a missing or damaged file gives a state that knows nothing.</summary>
    public static BuildState Load(string path)
    {
        try
        {
            var saved = JsonSerializer.Deserialize<Saved>(File.ReadAllBytes(path), Strict);
            if (saved is not { Version: FormatVersion })
                return new BuildState();
            return new BuildState(
                ContentHash.Parse(saved.Identity),
                saved.Files.ToDictionary(file => file.Path, file => file.ToRecord(), StringComparer.Ordinal),
                saved.Absent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or ArgumentException)
        {
            return new BuildState();
        }
    }

    /// <summary>
    /// Whether nothing can have changed since this state was saved: the same identity, every file as it was, every file that was not
    /// there still missing.
    /// </summary>
    /// <param name="currentIdentity">The hash of everything but files that the build depends on: settings, items, their metadata.</param>
    public bool IsCurrent(ContentHash currentIdentity) => isCurrent =
        identity == currentIdentity
        && known.AsParallel().All(file => FileStamp.Of(file.Key) == file.Value.Stamp)
        && knownAbsent.AsParallel().All(path => FileStamp.Of(path) is null);

    /// <summary>Every file that this build read and did not make, with its hash; of one that had nothing to do, what the last one read.</summary>
    public IEnumerable<KeyValuePair<string, ContentHash>> Inputs =>
        (isCurrent ? known.Where(file => !seen.ContainsKey(file.Key)).Concat(seen) : seen)
            .Where(file => file.Value.Key is null)
            .Select(file => KeyValuePair.Create(file.Key, file.Value.Content));

    /// <summary>The hash of an input file, read only if its stamp is new.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ContentHash HashInput(string path) => Record(path, key: null).Content;

    /// <summary>Notes that there is no such file, so that its appearance is a change.</summary>
    public void NoteAbsent(string path) => seenAbsent[path] = 0;

    /// <summary>The record of an output that was made under this key and is still as it was made, or null.</summary>
    public FileRecord? FindOutput(string path, ContentHash key)
    {
        if (!known.TryGetValue(path, out var record) || record.Key != key || FileStamp.Of(path) != record.Stamp)
            return null;
        seen[path] = record;
        return record;
    }

    /// <summary>Notes an output that a step just made under this key.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public FileRecord RecordOutput(string path, ContentHash key) => Record(path, key);

    /// <summary>Whether this build made or kept the output at this path.</summary>
    public bool IsSeen(string path) => seen.ContainsKey(path);

    /// <summary>Saves what this build saw, as the state of a build that succeeded.</summary>
    /// <exception cref="Diagnostics.LoraBuildException">LB6001: the file cannot be written.</exception>
    public void Save(string path, ContentHash currentIdentity)
    {
        var saved = new Saved(
            FormatVersion,
            currentIdentity.ToString(),
            [.. seen.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => SavedFile.From(file.Key, file.Value))],
            [.. seenAbsent.Keys.Order(StringComparer.Ordinal)]);
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, saved));
    }

    private FileRecord Record(string path, ContentHash? key)
    {
        var before = StampOf(path);
        if ((seen.TryGetValue(path, out var record) || known.TryGetValue(path, out record)) && record.Stamp == before)
            return seen[path] = record with { Key = key ?? record.Key };

        while (true)
        {
            var start = FileStamp.Now;
            var content = ContentHash.OfFile(path);
            var after = StampOf(path);
            if (after == before)
            {
                // An output is renamed into place whole and left alone; an input may be in somebody's hands.
                var racy = key is null && start - Math.Max(before.Modified, before.Changed) < RacyNanoseconds;
                return seen[path] = new FileRecord(racy ? default : before, content, key);
            }

            // Somebody wrote to the file while it was read: what was hashed is neither the old nor the new content.
            before = after;
        }
    }

    private static FileStamp StampOf(string path) =>
        FileStamp.Of(path) ?? throw new FileNotFoundException($"'{path}' does not exist.", path);

    private sealed record Saved(int Version, string Identity, IReadOnlyList<SavedFile> Files, IReadOnlyList<string> Absent);

    private sealed record SavedFile(string Path, long Length, long Modified, long Changed, ulong Inode, string Sha256, string? Key)
    {
        public static SavedFile From(string path, FileRecord record) => new(
            path, record.Stamp.Length, record.Stamp.Modified, record.Stamp.Changed, record.Stamp.Inode,
            record.Content.ToString(), record.Key?.ToString());

        public FileRecord ToRecord() =>
            new(new FileStamp(Length, Modified, Changed, Inode), ContentHash.Parse(Sha256), Key is null ? null : ContentHash.Parse(Key));
    }
}
