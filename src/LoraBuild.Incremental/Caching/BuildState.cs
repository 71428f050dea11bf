using System.Collections.Concurrent;
using System.Globalization;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// What the last successful build looked at and made: the one file that decides whether a build has anything to do, and the memory of
/// file hashes, so that an unchanged file is never read again. Safe for use from several threads.
/// </summary>
public sealed class BuildState
{
    // File systems stamp by a clock that ticks every few milliseconds: a file read this soon after it was written could change again
    // without changing its stamp. LoraBuild's own assemblies are that young right after they were built.
    private const long RacyNanoseconds = 20_000_000;

    private SavedState? known;
    private readonly ConcurrentDictionary<string, FileRecord> seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> seenAbsent = new(StringComparer.Ordinal);
    private bool isCurrent;

    private BuildState(SavedState? known) => this.known = known;

    /// <summary>A state that knows nothing.</summary>
    public BuildState()
        : this(null)
    {
    }

    /// <summary>Reads what the last successful build saved; a missing or damaged file gives a state that knows nothing.</summary>
    public static BuildState Load(string path) => new(SavedState.Read(path));

    /// <summary>Takes what a build has saved meanwhile for that of the last one.</summary>
    public void Reload(string path)
    {
        known = SavedState.Read(path);
        isCurrent = false;
    }

    /// <summary>
    /// Whether nothing can have changed since this state was saved: the same identity, every file as it was, every file that was not
    /// there still missing.
    /// </summary>
    /// <param name="currentIdentity">The hash of everything but files that the build depends on: settings, items, their metadata.</param>
    public bool IsCurrent(ContentHash currentIdentity)
    {
        var changes = known is not null && known.Identity == currentIdentity ? known.FindChanges() : null;
        WhyNotCurrent = known is null
            ? "There is no build before it that succeeded."
            : changes is null ? "Settings, items or their metadata, or LoraBuild itself, are others than the last time." : Describe(changes);
        return isCurrent = WhyNotCurrent is null;
    }

    /// <summary>What <see cref="IsCurrent"/> found, in a sentence for a detailed log; null where nothing can have changed.</summary>
    public string? WhyNotCurrent { get; private set; }

    /// <summary>Every file that this build read and did not make, with its hash; of one that had nothing else to do, also what the last one read.</summary>
    public IEnumerable<KeyValuePair<string, ContentHash>> Inputs =>
        (isCurrent ? known!.Files.Where(file => !seen.ContainsKey(file.Key)).Concat(seen) : seen)
            .Where(file => file.Value.Key is null)
            .Select(file => KeyValuePair.Create(file.Key, file.Value.Content));

    /// <summary>
    /// The hash of an input file, read only if its stamp is new. An input that changes while the build is at work counts as changed for the
    /// next one, whatever this one has made of it.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ContentHash HashInput(string path) => Record(path, key: null).Content;

    /// <summary>Notes that there is no such file, so that its appearance is a change.</summary>
    public void NoteAbsent(string path) => seenAbsent[path] = 0;

    /// <summary>The record of an output that was made under this key and is still as it was made, or null.</summary>
    public FileRecord? FindOutput(string path, ContentHash key)
    {
        if (known?.Find(path) is not { } record || record.Key != key || FileStamp.Of(path) != record.Stamp)
            return null;
        seen[path] = record;
        return record;
    }

    /// <summary>The outputs that were made under this key, all still as they were made; empty where there are none or one has changed.</summary>
    public IReadOnlyList<string> FindOutputs(ContentHash key)
    {
        var outputs = known?.FindAll(key) ?? [];
        if (outputs.Any(output => FileStamp.Of(output.Path) != output.Record.Stamp))
            return [];
        foreach (var (path, record) in outputs)
            seen[path] = record;
        return [.. outputs.Select(output => output.Path)];
    }

    /// <summary>Notes an output that a step just made under this key.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public FileRecord RecordOutput(string path, ContentHash key) => Record(path, key);

    /// <summary>Notes an output that was just written whole, whose content's hash is known.</summary>
    /// <exception cref="IOException">The file is not there.</exception>
    public void RecordOutput(string path, ContentHash key, ContentHash content) => seen[path] = new FileRecord(StampOf(path), content, key);

    /// <summary>Whether this build made or kept the output at this path.</summary>
    public bool IsSeen(string path) => seen.ContainsKey(path);

    /// <summary>Whether the output at this path is still as the last build left it.</summary>
    public bool IsUntouched(string path) => known?.Find(path) is { Key: not null } record && FileStamp.Of(path) == record.Stamp;

    /// <summary>Whether the output at this path is of this build: it made or kept it, or had nothing to do and the last one left it.</summary>
    public bool IsMade(string path) =>
        seen.TryGetValue(path, out var record) ? record.Key is not null : isCurrent && known!.Has(path);

    /// <summary>Saves what this build saw, as the state of a build that succeeded.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the file cannot be written.</exception>
    public void Save(string path, ContentHash currentIdentity) => SavedState.Write(path, currentIdentity, seen, seenAbsent.Keys);

    private static string? Describe(FileChanges changes)
    {
        if (changes.Appeared is { } appeared)
            return $"'{appeared}' was not there the last time.";
        if (changes.Files.Order(StringComparer.Ordinal).FirstOrDefault() is not { } first)
            return null;
        var others = changes.Files.Count - 1;
        return others == 0
            ? $"'{first}' was changed or is gone."
            : string.Create(CultureInfo.InvariantCulture, $"'{first}' and {others} more were changed or are gone.");
    }

    private FileRecord Record(string path, ContentHash? key)
    {
        var before = StampOf(path);
        var first = seen.GetValueOrDefault(path);
        if ((first ?? known?.Find(path)) is { } record && record.Stamp == before)
            return seen[path] = record with { Key = key ?? record.Key };

        while (true)
        {
            var start = FileStamp.Now;
            var content = ContentHash.OfFile(path);
            var after = StampOf(path);
            if (after == before)
            {
                // An output is renamed into place whole and left alone; an input may be in somebody's hands. Anyone can set the time of the
                // last modification, to next year too, so where there is another it is the kernel's that counts.
                var age = start - (before.Changed > 0 ? before.Changed : before.Modified);
                var racy = key is null && age < RacyNanoseconds;
                if (racy && age >= 0)
                {
                    Thread.Sleep(TimeSpan.FromMicroseconds(((RacyNanoseconds - age) / 1000) + 1));
                    continue;
                }

                // Racy after all: from a time to come, by a clock that was set back.
                var changed = key is null && seen.GetValueOrDefault(path) is { Key: null } other && other.Content != content;
                return seen[path] = new FileRecord(racy || changed ? default : before, content, key);
            }

            // Somebody wrote to the file while it was read: what was hashed is neither the old nor the new content.
            before = after;
        }
    }

    private static FileStamp StampOf(string path) =>
        FileStamp.Of(path) ?? throw new FileNotFoundException($"'{path}' does not exist.", path);
}
