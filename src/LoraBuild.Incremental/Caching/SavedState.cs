using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// A build's state as it lies on disk, looked at in place: a build with nothing to do compares tens of thousands of stamps, and making an
/// object of each would cost more than asking the file system. Two parts, each with the SHA-256 of its bytes behind it: what stamps and
/// missing files are compared by, and, read only when something changed, the hashes. All numbers are little-endian.
/// </summary>
/// <remarks>
/// First part: <c>LBSTATE2</c>, the identity, three 32-bit counts (files, missing files, bytes of names), for each file its stamp and the
/// place of its name, for each missing file the place of its name, the names in UTF-8, each with a zero behind it. Second part: for each
/// file the hash of its content and its key, zeros for none. Files are sorted by the bytes of their names.
/// </remarks>
internal sealed class SavedState
{
    private const int HeaderSize = 8 + ContentHash.Size + (3 * sizeof(int));
    private const int StampSize = 4 * sizeof(long);
    private const int FileSize = StampSize + sizeof(int);
    private const int HashesSize = 2 * ContentHash.Size;

    private readonly byte[] bytes;
    private readonly int files;
    private readonly int absent;
    private readonly int namesStart;
    private readonly int firstPart;
    private readonly Lazy<bool> hashesHold;

    private SavedState(byte[] bytes, int files, int absent, int names)
    {
        this.bytes = bytes;
        this.files = files;
        this.absent = absent;
        namesStart = HeaderSize + (files * FileSize) + (absent * sizeof(int));
        firstPart = namesStart + names;
        hashesHold = new Lazy<bool>(() => Holds(firstPart + ContentHash.Size, files * HashesSize));
    }

    private static ReadOnlySpan<byte> Magic => "LBSTATE2"u8;

    /// <summary>What the state depends on besides files.</summary>
    public ContentHash Identity => new(bytes.AsSpan(Magic.Length));

    /// <summary>Reads a state; null where there is none or it is damaged.</summary>
    public static SavedState? Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (bytes.Length < HeaderSize || !bytes.AsSpan().StartsWith(Magic))
            return null;
        var counts = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(Magic.Length + ContentHash.Size, 3 * sizeof(int)));
        var (files, absent, names) = (counts[0], counts[1], counts[2]);
        var expected = HeaderSize + ((long)files * (FileSize + HashesSize)) + ((long)absent * sizeof(int)) + names + (2 * ContentHash.Size);
        if (files < 0 || absent < 0 || names < 0 || bytes.Length != expected)
            return null;
        var state = new SavedState(bytes, files, absent, names);
        return state.Holds(0, state.firstPart) ? state : null;
    }

    /// <summary>Writes a state.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the file cannot be written.</exception>
    public static void Write(string path, ContentHash identity, IEnumerable<KeyValuePair<string, FileRecord>> files, IEnumerable<string> absent)
    {
        var records = files.Select(file => (Name: Encoding.UTF8.GetBytes(file.Key), Record: file.Value)).ToArray();
        Array.Sort(records, (one, other) => one.Name.AsSpan().SequenceCompareTo(other.Name));
        var missing = absent.Select(Encoding.UTF8.GetBytes).ToArray();
        Array.Sort(missing, (one, other) => one.AsSpan().SequenceCompareTo(other));

        var names = records.Sum(record => record.Name.Length + 1) + missing.Sum(name => name.Length + 1);
        var firstPart = HeaderSize + (records.Length * FileSize) + (missing.Length * sizeof(int)) + names;
        var bytes = new byte[firstPart + (records.Length * HashesSize) + (2 * ContentHash.Size)];
        Magic.CopyTo(bytes);
        identity.CopyTo(bytes.AsSpan(Magic.Length));
        var counts = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(Magic.Length + ContentHash.Size, 3 * sizeof(int)));
        (counts[0], counts[1], counts[2]) = (records.Length, missing.Length, names);

        var entry = HeaderSize;
        var namesStart = firstPart - names;
        var place = 0;
        var hashes = firstPart + ContentHash.Size;
        foreach (var (name, record) in records)
        {
            WriteStamp(bytes.AsSpan(entry), record.Stamp);
            WriteName(entry + StampSize, name);
            record.Content.CopyTo(bytes.AsSpan(hashes));
            record.Key?.CopyTo(bytes.AsSpan(hashes + ContentHash.Size));
            entry += FileSize;
            hashes += HashesSize;
        }

        foreach (var name in missing)
        {
            WriteName(entry, name);
            entry += sizeof(int);
        }

        Seal(bytes, firstPart);
        AtomicFile.Write(path, stream => stream.Write(bytes));

        void WriteName(int at, byte[] name)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), place);
            name.CopyTo(bytes, namesStart + place);
            place += name.Length + 1;
        }
    }

    /// <summary>Looks at every file.</summary>
    public FileChanges FindChanges()
    {
        // A few threads: the answer is the kernel's, and asking is all there is to do.
        var threads = Math.Min(Environment.ProcessorCount, 8);
        var changed = new List<int>();
        var appeared = -1;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            using var stamps = new FolderStamps();
            for (var i = Share(files, thread); i < Share(files, thread + 1); i++)
            {
                if (stamps.Of(NameAt(HeaderSize + (i * FileSize) + StampSize)) == StampOf(i))
                    continue;
                lock (changed)
                    changed.Add(i);
            }

            for (var i = Share(absent, thread); i < Share(absent, thread + 1); i++)
            {
                if (stamps.Of(NameAt(AbsentAt(i))) is not null)
                    Volatile.Write(ref appeared, i);
            }
        });
        return new FileChanges(changed.ConvertAll(PathOf), appeared < 0 ? null : AbsentPathOf(appeared));

        int Share(int count, int part) => (int)((long)count * part / threads);
    }

    /// <summary>Whether it has a file of this name.</summary>
    public bool Has(string path) => IndexOf(path) >= 0;

    /// <summary>Every file, by path; none where the hashes are damaged.</summary>
    public IEnumerable<KeyValuePair<string, FileRecord>> Files => !hashesHold.Value ? [] : Enumerable.Range(0, files)
        .Select(file => KeyValuePair.Create(PathOf(file), RecordAt(file)));

    /// <summary>The record of a file, or null.</summary>
    public FileRecord? Find(string path)
    {
        if (!hashesHold.Value)
            return null;
        return IndexOf(path) is >= 0 and var file ? RecordAt(file) : null;
    }

    // The place of a file among the files, which are sorted by their names, or -1.
    private int IndexOf(string path)
    {
        var wanted = Encoding.UTF8.GetBytes(path).AsSpan();
        var (low, high) = (0, files - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = NameAt(HeaderSize + StampSize + (middle * FileSize)).SequenceCompareTo(wanted);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    /// <summary>The files that were made under a key, with their records.</summary>
    public IReadOnlyList<(string Path, FileRecord Record)> FindAll(ContentHash key) => hashesHold.Value
        ? [.. Enumerable.Range(0, files)
            .Where(file => KeyOf(file) == key)
            .Select(file => (PathOf(file), RecordAt(file)))]
        : [];

    private ContentHash KeyOf(int file) => new(bytes.AsSpan(firstPart + (2 * ContentHash.Size) + (file * HashesSize)));

    private FileRecord RecordAt(int file)
    {
        var content = bytes.AsSpan(firstPart + ContentHash.Size + (file * HashesSize));
        var key = KeyOf(file);
        return new FileRecord(StampOf(file), new ContentHash(content), key == default ? null : key);
    }

    private FileStamp StampOf(int file)
    {
        var numbers = bytes.AsSpan(HeaderSize + (file * FileSize), StampSize);
        return new FileStamp(
            BinaryPrimitives.ReadInt64LittleEndian(numbers),
            BinaryPrimitives.ReadInt64LittleEndian(numbers[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(numbers[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(numbers[24..]));
    }

    private static void WriteStamp(Span<byte> numbers, FileStamp stamp)
    {
        BinaryPrimitives.WriteInt64LittleEndian(numbers, stamp.Length);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], stamp.Modified);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], stamp.Changed);
        BinaryPrimitives.WriteUInt64LittleEndian(numbers[24..], stamp.Inode);
    }

    // The name whose place stands at this offset, without its zero, which lies behind it.
    private ReadOnlySpan<byte> NameAt(int offset)
    {
        var name = bytes.AsSpan(namesStart + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(offset)));
        return name[..name.IndexOf((byte)0)];
    }

    private static void Seal(byte[] bytes, int firstPart)
    {
        ContentHash.Of(bytes.AsSpan(0, firstPart)).CopyTo(bytes.AsSpan(firstPart));
        ContentHash.Of(bytes.AsSpan((firstPart + ContentHash.Size)..^ContentHash.Size)).CopyTo(bytes.AsSpan(bytes.Length - ContentHash.Size));
    }

    private string PathOf(int file) => Encoding.UTF8.GetString(NameAt(HeaderSize + (file * FileSize) + StampSize));

    private int AbsentAt(int index) => HeaderSize + (files * FileSize) + (index * sizeof(int));

    private string AbsentPathOf(int index) => Encoding.UTF8.GetString(NameAt(AbsentAt(index)));

    private bool Holds(int start, int length) =>
        ContentHash.Of(bytes.AsSpan(start, length)) == new ContentHash(bytes.AsSpan(start + length));
}
