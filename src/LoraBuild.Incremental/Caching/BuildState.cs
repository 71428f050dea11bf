using System.Collections.Concurrent;
using System.Globalization;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// The last successful build's inputs, outputs and facts: the one file that decides whether a build has anything to do, and the memory of
/// file hashes, so that an unchanged file is never read again. Safe for use from several threads.
/// </summary>
public sealed class BuildState
{
    // File systems stamp by a clock that ticks every few milliseconds: a file read this soon after it was written could change again
    // without changing its stamp. LoraBuild's own assemblies are that young right after they were built.
    private const long RacyNanoseconds = 20_000_000;

    private readonly ConcurrentDictionary<string, FileRecord> seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> seenAbsent = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ContentHash, string> seenFacts = new();
    private SavedState? known;
    private FileChanges? changes;

    // Whatever of the last build's state this one has seen too.
    private KeptPlaces kept = KeptPlaces.NoneOf(null);
    private bool isCurrent;

    private BuildState(SavedState? known) => Know(known);

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
        foreach (var file in KeptFiles())
            seen.TryAdd(known!.PathOf(file), known.RecordOf(file));
        for (var place = 0; place < kept.Absent.Length; place++)
        {
            if (kept.Absent[place])
                seenAbsent[known!.AbsentPathOf(place)] = 0;
        }

        for (var place = 0; place < kept.Facts.Length; place++)
        {
            if (kept.Facts[place])
                seenFacts.TryAdd(known!.FactsKeyOf(place), known.FactsOf(place));
        }

        Know(SavedState.Read(path));
    }

    /// <summary>
    /// True if nothing can have changed since this state was saved. The identity is the same, every file is as it was, and missing ones are
    /// still missing.
    /// </summary>
    /// <param name="currentIdentity">The hash of everything but files that the build depends on: settings, items, their metadata.</param>
    public bool IsCurrent(ContentHash currentIdentity)
    {
        changes = known is not null && known.Identity == currentIdentity ? known.FindChanges() : null;
        WhyNotCurrent = known is null
            ? "There is no build before it that succeeded."
            : changes is null
                ? "Settings, items or their metadata, or LoraBuild itself, are others than the last time."
                : Describe(changes);
        return isCurrent = WhyNotCurrent is null;
    }

    /// <summary>The finding of <see cref="IsCurrent"/> in a sentence for a detailed log; null where nothing can have changed.</summary>
    public string? WhyNotCurrent { get; private set; }

    /// <summary>
    /// Every file that this build read and did not make, with its hash; of one that had nothing else to do, also those of the last one.
    /// </summary>
    public IEnumerable<KeyValuePair<string, ContentHash>> Inputs => Files()
        .Where(file => file.Record.Key is null)
        .Select(file => KeyValuePair.Create(file.Path, file.Record.Content));

    /// <summary>
    /// The hash of an input file, read only if its stamp is new. An input that changes while the build is at work counts as changed for the
    /// next one, whatever this one has made of it.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ContentHash HashInput(string path) =>
        TryKeep(path) is >= 0 and var file ? known!.ContentOf(file) : Record(path, key: null).Content;

    /// <summary>The same for a file whose content is told by another hash than that of all its bytes.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ContentHash HashInput(string path, Func<string, ContentHash> hash) =>
        TryKeep(path) is >= 0 and var file ? known!.ContentOf(file) : Record(path, key: null, hash).Content;

    /// <summary>The same for a file that may have changed since this build asked for its hash.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ContentHash HashAgain(string path) => Record(path, key: null).Content;

    /// <summary>True if there is such a file; false for a link to nowhere.</summary>
    public bool Exists(string path) =>
        (changes is not null && PlaceOf(path) is >= 0 and var file && !changes.IsChanged[file]) || FileStamp.Of(path) is not null;

    /// <summary>Notes that there is no such file, so that its appearance is a change.</summary>
    public void NoteAbsent(string path)
    {
        if (known?.IndexOfAbsent(path) is >= 0 and var place)
            kept.Absent[place] = true;
        else
            seenAbsent[path] = 0;
    }

    /// <summary>The record of an output that was made under this key and is still as it was made, or null.</summary>
    public FileRecord? FindOutput(string path, ContentHash key)
    {
        if (seen.TryGetValue(path, out var record))
            return record.Key == key ? AsRecorded(path, record) : null;
        if (PlaceOf(path) is not (>= 0 and var file) || known!.KeyOf(file) != key)
            return null;
        return TryKeep(path, file) ? known.RecordOf(file) : AsRecorded(path, known.RecordOf(file));
    }

    /// <summary>
    /// The outputs that were made under this key, all still as they were made; empty where there are none or one has changed.
    /// </summary>
    public IReadOnlyList<string> FindOutputs(ContentHash key)
    {
        var outputs = seen.Where(file => file.Value.Key == key).Select(file => file.Key).ToHashSet(StringComparer.Ordinal);
        for (var file = 0; file < (known?.Count ?? 0); file++)
        {
            if (known!.KeyOf(file) == key && PlaceOf(known.PathOf(file)) >= 0 && !seen.ContainsKey(known.PathOf(file)))
                outputs.Add(known.PathOf(file));
        }

        return outputs.All(path => FindOutput(path, key) is not null) ? [.. outputs.Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Notes an output that a step just made under this key.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public FileRecord RecordOutput(string path, ContentHash key) => Record(path, key);

    /// <summary>Notes an output that was just written whole, whose content's hash is known.</summary>
    /// <exception cref="IOException">The file is not there.</exception>
    public void RecordOutput(string path, ContentHash key, ContentHash content) => seen[path] = new FileRecord(StampOf(path), content, key);

    /// <summary>Notes the facts of a result that was made or found under this key.</summary>
    public void RecordFacts(ContentHash key, IReadOnlyDictionary<string, string> facts) => seenFacts[key] = StepFacts.Format(facts);

    /// <summary>The facts of a result under this key; null where there are none.</summary>
    public IReadOnlyDictionary<string, string>? FindFacts(ContentHash key) => FactsText(key) is { } text ? StepFacts.Parse(text) : null;

    /// <summary>True if there are facts of a result under this key.</summary>
    public bool HasFacts(ContentHash key) => FactsText(key) is not null;

    /// <summary>True if this build made or kept the output at this path.</summary>
    public bool IsSeen(string path) => seen.ContainsKey(path) || (PlaceOf(path) is >= 0 and var file && kept.Files[file]);

    /// <summary>True if the output at this path is still as the last build left it.</summary>
    public bool IsUntouched(string path)
    {
        if (PlaceOf(path) is not (>= 0 and var file) || known!.KeyOf(file) == default)
            return false;
        var last = known.RecordOf(file);
        return seen.TryGetValue(path, out var own)
            ? own.Key == last.Key && own.Content == last.Content && AsRecorded(path, own) is not null
            : AsRecorded(path, last) is not null;
    }

    /// <summary>
    /// True if the output at this path is of this build. It made or kept it, or had nothing to do and the last one left it.
    /// </summary>
    public bool IsMade(string path)
    {
        if (seen.TryGetValue(path, out var record))
            return record.Key is not null;
        return PlaceOf(path) is >= 0 and var file && (isCurrent || (kept.Files[file] && known!.KeyOf(file) != default));
    }

    /// <summary>Saves what this build saw, as the state of a build that succeeded.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the file cannot be written.</exception>
    public void Save(string path, ContentHash currentIdentity)
    {
        foreach (var file in seen.Keys)
        {
            if (PlaceOf(file) is >= 0 and var place)
                kept.Files[place] = false;
        }

        foreach (var key in seenFacts.Keys)
        {
            if (known?.IndexOfFacts(key) is >= 0 and var place)
                kept.Facts[place] = false;
        }

        SavedState.Write(path, currentIdentity, known, kept, seen, seenAbsent.Keys, seenFacts);
    }

    private void Know(SavedState? state)
    {
        known = state;
        changes = null;
        isCurrent = false;
        kept = KeptPlaces.NoneOf(state);
    }

    private IEnumerable<(string Path, FileRecord Record)> Files()
    {
        var places = isCurrent ? Enumerable.Range(0, known!.Count) : KeptFiles();
        return seen.Select(file => (file.Key, file.Value))
            .Concat(places.Select(file => (Path: known!.PathOf(file), Record: known.RecordOf(file)))
                .Where(file => !seen.ContainsKey(file.Path)));
    }

    private string? FactsText(ContentHash key)
    {
        if (seenFacts.TryGetValue(key, out var text))
            return text;
        if (known?.IndexOfFacts(key) is not (>= 0 and var place))
            return null;
        kept.Facts[place] = true;
        return known.FactsOf(place);
    }

    private IEnumerable<int> KeptFiles() => Enumerable.Range(0, kept.Files.Length).Where(file => kept.Files[file]);

    private int PlaceOf(string path) => known?.IndexOf(path) ?? -1;

    // The place of a file that is as the last build saw it and of which this one has seen nothing else; else -1. IsCurrent has just looked
    // at all of them: where one changes after that, it has another stamp than is saved, which the next build sees.
    private int TryKeep(string path) => PlaceOf(path) is >= 0 and var file && !seen.ContainsKey(path) && TryKeep(path, file) ? file : -1;

    private bool TryKeep(string path, int file)
    {
        var isAsBefore = changes is not null ? !changes.IsChanged[file] : FileStamp.Of(path) == known!.StampOf(file);
        if (isAsBefore)
            kept.Files[file] = true;
        return isAsBefore;
    }

    // The record of an output that is as it was recorded, else null. A hard link of it that comes or goes elsewhere, as in the store,
    // changes the time of its last change alone: then its content tells.
    private FileRecord? AsRecorded(string path, FileRecord record)
    {
        if (FileStamp.Of(path) is not { } stamp)
            return null;
        if (stamp == record.Stamp)
            return record;
        return stamp with { Changed = record.Stamp.Changed } == record.Stamp && ContentHash.OfFile(path) == record.Content
            ? seen[path] = record with { Stamp = stamp }
            : null;
    }

    private string? Describe(FileChanges found)
    {
        if (found.Appeared is { } appeared)
            return $"'{appeared}' was not there the last time.";
        // In the order of their names, as they are saved.
        var first = Array.IndexOf(found.IsChanged, true);
        if (first < 0)
            return null;
        var others = found.IsChanged.Count(isChanged => isChanged) - 1;
        return others == 0
            ? $"'{known!.PathOf(first)}' was changed or is gone."
            : string.Create(CultureInfo.InvariantCulture, $"'{known!.PathOf(first)}' and {others} more were changed or are gone.");
    }

    private FileRecord Record(string path, ContentHash? key, Func<string, ContentHash>? hash = null)
    {
        var before = StampOf(path);
        var first = SeenRecord(path);
        var last = first ?? (PlaceOf(path) is >= 0 and var file ? known!.RecordOf(file) : null);
        if (last is not null && last.Stamp == before)
            return seen[path] = last with { Key = key ?? last.Key };

        while (true)
        {
            var start = FileStamp.Now;
            var content = (hash ?? ContentHash.OfFile)(path);
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
                var changed = key is null && SeenRecord(path) is { Key: null } other && other.Content != content;
                return seen[path] =
                    new FileRecord(racy || changed ? default : before, content, key ?? (last?.Content == content ? last.Key : null));
            }

            // Somebody wrote to the file while it was read: what was hashed is neither the old nor the new content.
            before = after;
        }
    }

    private FileRecord? SeenRecord(string path)
    {
        if (seen.TryGetValue(path, out var record))
            return record;
        return PlaceOf(path) is >= 0 and var file && kept.Files[file] ? known!.RecordOf(file) : null;
    }

    private static FileStamp StampOf(string path) => FileStamp.Of(path) ?? throw (IrregularFile.IsAt(path)
        ? IrregularFile.At(path)
        : new FileNotFoundException($"'{path}' does not exist.", path));
}

/// <summary>A file as it was when a build looked at it.</summary>
/// <param name="Stamp">Its stamp.</param>
/// <param name="Content">The hash of its content.</param>
/// <param name="Key">For an output, the key of the step that made it; null for an input.</param>
public sealed record FileRecord(FileStamp Stamp, ContentHash Content, ContentHash? Key = null);
