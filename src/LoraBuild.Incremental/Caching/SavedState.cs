using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// A build's state as it lies on disk, looked at in place: a build with nothing to do compares tens of thousands of stamps, and making an
/// object of each would cost more than asking the file system. Two parts, each with the SHA-256 of its bytes behind it: what stamps and
/// missing files are compared by, and, read only when something changed, hashes and facts. All numbers are little-endian.
/// </summary>
/// <remarks>
/// First part: <c>LBSTATE3</c>, the identity, five 32-bit counts (files, missing files, bytes of names, results with facts, bytes of
/// facts), for each file its stamp and the place of its name, for each missing file the place of its name, the names in UTF-8, each with a
/// zero behind it. Second part: for each file the hash of its content and its key, zeros for none; for each result with facts its key and
/// the place of its facts; the facts in UTF-8, each text with a zero behind it. Files are sorted by the bytes of their names, results by
/// key.
/// </remarks>
internal sealed class SavedState
{
    private const int Counts = 5;
    private const int HeaderSize = 8 + ContentHash.Size + (Counts * sizeof(int));
    private const int StampSize = 4 * sizeof(long);
    private const int FileSize = StampSize + sizeof(int);
    private const int HashesSize = 2 * ContentHash.Size;
    private const int ResultSize = ContentHash.Size + sizeof(int);

    private readonly byte[] bytes;
    private readonly int namesStart;
    private readonly int secondPart;
    private readonly int factsStart;
    private readonly Lazy<bool> secondPartHolds;

    private SavedState(byte[] bytes, ReadOnlySpan<int> counts)
    {
        this.bytes = bytes;
        (Count, AbsentCount, FactsCount) = (counts[0], counts[1], counts[3]);
        namesStart = HeaderSize + (Count * FileSize) + (AbsentCount * sizeof(int));
        secondPart = namesStart + counts[2] + ContentHash.Size;
        factsStart = secondPart + (Count * HashesSize) + (FactsCount * ResultSize);
        var factsLength = counts[4];
        secondPartHolds = new Lazy<bool>(() =>
            Holds(secondPart, bytes.Length - secondPart - ContentHash.Size)
                && AreTexts(factsStart, factsLength, FactsCount, FactsAt(0) + ContentHash.Size, ResultSize));
    }

    private static ReadOnlySpan<byte> Magic => "LBSTATE3"u8;

    /// <summary>The number of its files.</summary>
    public int Count { get; }

    /// <summary>The number of its missing files.</summary>
    public int AbsentCount { get; }

    /// <summary>The number of its results with facts.</summary>
    public int FactsCount { get; }

    /// <summary>All that the state depends on besides files.</summary>
    public ContentHash Identity => new(bytes.AsSpan(Magic.Length));

    /// <summary>Reads a state; null where there is none or it is damaged.</summary>
    public static SavedState? Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = WholeFile.ReadBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (bytes.Length < HeaderSize || !bytes.AsSpan().StartsWith(Magic))
            return null;
        var counts = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(Magic.Length + ContentHash.Size, Counts * sizeof(int)));
        var expected = HeaderSize + ((long)counts[0] * (FileSize + HashesSize)) + ((long)counts[1] * sizeof(int)) + counts[2]
            + ((long)counts[3] * ResultSize) + counts[4] + (2 * ContentHash.Size);
        foreach (var count in counts)
        {
            if (count < 0)
                return null;
        }

        if (bytes.Length != expected)
            return null;
        var state = new SavedState(bytes, counts);
        return state.Holds(0, state.secondPart - ContentHash.Size)
            && state.AreTexts(state.namesStart, counts[2], state.Count, HeaderSize + StampSize, FileSize)
            && state.AreTexts(state.namesStart, counts[2], state.AbsentCount, state.AbsentAt(0), sizeof(int))
            ? state
            : null;
    }

    /// <summary>Writes a state: what of the state before holds too, and what came to it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">All that the state depends on besides files.</param>
    /// <param name="before">The state before, or null.</param>
    /// <param name="kept">Its files, missing files and facts that hold.</param>
    /// <param name="files">Further files, by path.</param>
    /// <param name="absent">Further missing files.</param>
    /// <param name="facts">The facts of further results, by key.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the file cannot be written.</exception>
    public static void Write(
        string path,
        ContentHash identity,
        SavedState? before,
        KeptPlaces kept,
        IEnumerable<KeyValuePair<string, FileRecord>> files,
        IEnumerable<string> absent,
        IEnumerable<KeyValuePair<ContentHash, string>> facts)
    {
        var records = Sorted(files.Select(file => (Name: Encoding.UTF8.GetBytes(file.Key), file.Value)), (one, other) => one.Name.AsSpan()
            .SequenceCompareTo(other.Name));
        var missing = Sorted(absent.Select(Encoding.UTF8.GetBytes), (one, other) => one.AsSpan().SequenceCompareTo(other));
        var results = Sorted(
            facts.Select(fact => (fact.Key, Text: Encoding.UTF8.GetBytes(fact.Value))), (one, other) => one.Key.CompareTo(other.Key));
        var (fileCount, absentCount, factsCount) =
            (records.Length + CountOf(kept.Files), missing.Length + CountOf(kept.Absent), results.Length + CountOf(kept.Facts));
        var names = records.Sum(record => record.Name.Length + 1) + missing.Sum(name => name.Length + 1)
            + Lengths(kept.Files, file => before!.NameOf(file).Length)
            + Lengths(kept.Absent, file => before!.NameAt(before.AbsentAt(file)).Length);
        var texts = results.Sum(result => result.Text.Length + 1) + Lengths(kept.Facts, place => before!.FactsTextOf(place).Length);
        var firstPart = HeaderSize + (fileCount * FileSize) + (absentCount * sizeof(int)) + names;
        var bytes = new byte[firstPart + (fileCount * HashesSize) + (factsCount * ResultSize) + texts + (2 * ContentHash.Size)];
        Magic.CopyTo(bytes);
        identity.CopyTo(bytes.AsSpan(Magic.Length));
        int[] counts = [fileCount, absentCount, names, factsCount, texts];
        counts.CopyTo(MemoryMarshal.Cast<byte, int>(bytes.AsSpan(Magic.Length + ContentHash.Size)));

        var entry = HeaderSize;
        var name = new Texts(bytes, firstPart - names);
        var hashes = firstPart + ContentHash.Size;
        Merge(
            kept.Files,
            records.Length,
            (next, file) => records[next].Name.AsSpan().SequenceCompareTo(before!.NameOf(file)) < 0,
            next => AddFile(records[next].Name, records[next].Value.Stamp, records[next].Value.Content, records[next].Value.Key ?? default),
            KeepFile);
        Merge(
            kept.Absent,
            missing.Length,
            (next, file) => missing[next].AsSpan().SequenceCompareTo(before!.NameAt(before.AbsentAt(file))) < 0,
            next => AddAbsent(missing[next]),
            file => AddAbsent(before!.NameAt(before.AbsentAt(file))));
        var text = new Texts(bytes, hashes + (factsCount * ResultSize));
        Merge(
            kept.Facts,
            results.Length,
            (next, place) => results[next].Key.CompareTo(before!.FactsKeyOf(place)) < 0,
            next => AddFacts(results[next].Key, results[next].Text),
            place => AddFacts(before!.FactsKeyOf(place), before.FactsTextOf(place)));
        ContentHash.Of(bytes.AsSpan(0, firstPart)).CopyTo(bytes.AsSpan(firstPart));
        ContentHash.Of(bytes.AsSpan((firstPart + ContentHash.Size)..^ContentHash.Size))
            .CopyTo(bytes.AsSpan(bytes.Length - ContentHash.Size));
        AtomicFile.Write(path, stream => stream.Write(bytes));

        void AddFile(ReadOnlySpan<byte> file, FileStamp stamp, ContentHash content, ContentHash key)
        {
            WriteStamp(bytes.AsSpan(entry), stamp);
            AddName(entry + StampSize, file);
            content.CopyTo(bytes.AsSpan(hashes));
            key.CopyTo(bytes.AsSpan(hashes + ContentHash.Size));
            entry += FileSize;
            hashes += HashesSize;
        }

        void KeepFile(int file)
        {
            before!.StampBytesOf(file).CopyTo(bytes.AsSpan(entry));
            AddName(entry + StampSize, before.NameOf(file));
            before.HashBytesOf(file).CopyTo(bytes.AsSpan(hashes));
            entry += FileSize;
            hashes += HashesSize;
        }

        void AddAbsent(ReadOnlySpan<byte> file)
        {
            AddName(entry, file);
            entry += sizeof(int);
        }

        void AddName(int offset, ReadOnlySpan<byte> file) => name.Add(offset, file);

        void AddFacts(ContentHash key, ReadOnlySpan<byte> fact)
        {
            key.CopyTo(bytes.AsSpan(hashes));
            text.Add(hashes + ContentHash.Size, fact);
            hashes += ResultSize;
        }
    }

    private static T[] Sorted<T>(IEnumerable<T> items, Comparison<T> comparison)
    {
        var sorted = items.ToArray();
        Array.Sort(sorted, comparison);
        return sorted;
    }

    private static int CountOf(bool[] kept) => kept.AsSpan().Count(true);

    private static int Lengths(bool[] kept, Func<int, int> length)
    {
        var sum = 0;
        for (var place = 0; place < kept.Length; place++)
            sum += kept[place] ? length(place) + 1 : 0;
        return sum;
    }

    // Both what is kept and what is added come in order.
    private static void Merge(bool[] kept, int added, Func<int, int, bool> isBefore, Action<int> add, Action<int> keep)
    {
        var next = 0;
        for (var place = 0; place < kept.Length; place++)
        {
            if (!kept[place])
                continue;
            for (; next < added && isBefore(next, place); next++)
                add(next);
            keep(place);
        }

        for (; next < added; next++)
            add(next);
    }

    /// <summary>Looks at every file.</summary>
    public FileChanges FindChanges()
    {
        // A few threads: the answer is the kernel's, and asking is all there is to do.
        var threads = Math.Min(Environment.ProcessorCount, 8);
        var isChanged = new bool[Count];
        var appeared = -1;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            using var stamps = new FolderStamps();
            for (var i = Share(Count, thread); i < Share(Count, thread + 1); i++)
                isChanged[i] = stamps.Of(NameAt(HeaderSize + (i * FileSize) + StampSize)) != StampOf(i);
            for (var i = Share(AbsentCount, thread); i < Share(AbsentCount, thread + 1); i++)
            {
                if (stamps.Of(NameAt(AbsentAt(i))) is not null)
                    Volatile.Write(ref appeared, i);
            }
        });
        return new FileChanges(isChanged, appeared < 0 ? null : AbsentPathOf(appeared));

        int Share(int count, int part) => (int)((long)count * part / threads);
    }

    /// <summary>The place of a file among the files; -1 where there is none, or the second part is damaged.</summary>
    public int IndexOf(string path) => secondPartHolds.Value ? IndexOf(path, Count, HeaderSize + StampSize, FileSize) : -1;

    /// <summary>The path of a file, by its place.</summary>
    public string PathOf(int file) => Encoding.UTF8.GetString(NameOf(file));

    /// <summary>The same in UTF-8.</summary>
    public ReadOnlySpan<byte> NameOf(int file) => NameAt(HeaderSize + (file * FileSize) + StampSize);

    /// <summary>The stamp of a file, by its place.</summary>
    public FileStamp StampOf(int file)
    {
        var numbers = StampBytesOf(file);
        return new FileStamp(
            BinaryPrimitives.ReadInt64LittleEndian(numbers),
            BinaryPrimitives.ReadInt64LittleEndian(numbers[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(numbers[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(numbers[24..]));
    }

    /// <summary>The hash of a file's content, by its place.</summary>
    public ContentHash ContentOf(int file) => new(HashBytesOf(file));

    /// <summary>The key that a file was made under, by its place; all zeros for an input.</summary>
    public ContentHash KeyOf(int file) => new(HashBytesOf(file)[ContentHash.Size..]);

    /// <summary>The record of a file, by its place.</summary>
    public FileRecord RecordOf(int file)
    {
        var key = KeyOf(file);
        return new FileRecord(StampOf(file), ContentOf(file), key == default ? null : key);
    }

    /// <summary>The place of a missing file among the missing ones, or -1.</summary>
    public int IndexOfAbsent(string path) => IndexOf(path, AbsentCount, AbsentAt(0), sizeof(int));

    /// <summary>The path of a missing file, by its place.</summary>
    public string AbsentPathOf(int place) => Encoding.UTF8.GetString(NameAt(AbsentAt(place)));

    /// <summary>The place of a result among those with facts; -1 where there is none, or the second part is damaged.</summary>
    public int IndexOfFacts(ContentHash key) =>
        Search(secondPartHolds.Value ? FactsCount : 0, place => FactsKeyOf(place).CompareTo(key));

    /// <summary>The facts of a result, as they were written, by its place.</summary>
    public string FactsOf(int place) => Encoding.UTF8.GetString(FactsTextOf(place));

    /// <summary>The key of a result with facts, by its place.</summary>
    public ContentHash FactsKeyOf(int place) => new(bytes.AsSpan(FactsAt(place)));

    private ReadOnlySpan<byte> StampBytesOf(int file) => bytes.AsSpan(HeaderSize + (file * FileSize), StampSize);

    // Content and key.
    private ReadOnlySpan<byte> HashBytesOf(int file) => bytes.AsSpan(secondPart + (file * HashesSize), HashesSize);

    private ReadOnlySpan<byte> FactsTextOf(int place) => TextAt(factsStart, FactsAt(place) + ContentHash.Size);

    private int FactsAt(int place) => secondPart + (Count * HashesSize) + (place * ResultSize);

    private int IndexOf(string path, int count, int start, int step)
    {
        var name = Encoding.UTF8.GetBytes(path);
        return Search(count, place => NameAt(start + (place * step)).SequenceCompareTo(name));
    }

    // The place of what compares as equal among what is sorted, or -1.
    private static int Search(int count, Func<int, int> compare)
    {
        var (low, high) = (0, count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = compare(middle);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    private int AbsentAt(int index) => HeaderSize + (Count * FileSize) + (index * sizeof(int));

    private ReadOnlySpan<byte> NameAt(int offset) => TextAt(namesStart, offset);

    // The text whose place behind a start stands at this offset, without its zero, which lies behind it.
    private ReadOnlySpan<byte> TextAt(int start, int offset)
    {
        var text = bytes.AsSpan(start + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(offset)));
        return text[..text.IndexOf((byte)0)];
    }

    private static void WriteStamp(Span<byte> numbers, FileStamp stamp)
    {
        BinaryPrimitives.WriteInt64LittleEndian(numbers, stamp.Length);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], stamp.Modified);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], stamp.Changed);
        BinaryPrimitives.WriteUInt64LittleEndian(numbers[24..], stamp.Inode);
    }

    // Whether the places of texts lie within them: sums are right of whatever bytes somebody wrote.
    private bool AreTexts(int start, int length, int count, int offset, int step)
    {
        if (count > 0 && (length == 0 || bytes[start + length - 1] != 0))
            return false;
        for (; count > 0; count--, offset += step)
        {
            if ((uint)BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(offset)) >= (uint)length)
                return false;
        }

        return true;
    }

    private bool Holds(int start, int length) =>
        ContentHash.Of(bytes.AsSpan(start, length)) == new ContentHash(bytes.AsSpan(start + length));

    /// <summary>Texts one behind the other, each with a zero behind it.</summary>
    private sealed class Texts(byte[] bytes, int start)
    {
        private int place;

        /// <summary>Adds a text and writes its place at an offset.</summary>
        public void Add(int offset, ReadOnlySpan<byte> text)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), place);
            text.CopyTo(bytes.AsSpan(start + place));
            place += text.Length + 1;
        }
    }
}

/// <summary>The difference of files from what a state says of them.</summary>
/// <param name="IsChanged">True for each file that was changed or is gone, by its place.</param>
/// <param name="Appeared">A file that was not there and is now, or null.</param>
internal sealed record FileChanges(bool[] IsChanged, string? Appeared);

/// <summary>Parts of a state that hold for the next one too, by their places.</summary>
/// <param name="Files">True for each file that does.</param>
/// <param name="Absent">True for each missing file that does.</param>
/// <param name="Facts">True for each result whose facts do.</param>
internal sealed record KeptPlaces(bool[] Files, bool[] Absent, bool[] Facts)
{
    /// <summary>Nothing of a state yet.</summary>
    public static KeptPlaces NoneOf(SavedState? state) =>
        new(new bool[state?.Count ?? 0], new bool[state?.AbsentCount ?? 0], new bool[state?.FactsCount ?? 0]);
}
