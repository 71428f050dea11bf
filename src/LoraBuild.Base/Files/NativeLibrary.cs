using System.Buffers.Binary;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Base.Files;

/// <summary>Native libraries, some of them gigabytes long, told apart without being read whole.</summary>
public static class NativeLibrary
{
    // Elf64_Ehdr, Elf64_Phdr and Elf64_Nhdr of the System V ABI.
    private const int HeaderSize = 64, SegmentSize = 56, NoteHeaderSize = 12, Note = 4, BuildId = 3, MostNotes = 1 << 16;

    /// <summary>
    /// A hash that differs where two libraries differ: of the build ID that the linker wrote, a hash of all that it linked, and of the
    /// length; of a file without one, of all its bytes.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ContentHash Identify(string path)
    {
        using var stream = File.OpenRead(path);
        if (FindBuildId(stream) is { } id)
            return new StepKey("ELF", 1).With("build ID", Convert.ToHexStringLower(id))
                .With("length", stream.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToHash();
        stream.Position = 0;
        return ContentHash.Of(stream);
    }

    // The note "GNU" of type 3 in one of the segments of notes of a 64-bit little-endian ELF file; null where there is none.
    private static byte[]? FindBuildId(FileStream stream)
    {
        var header = new byte[HeaderSize];
        if (stream.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize
            || !header.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8))
            return null;
        var segments = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(56));
        var segment = new byte[SegmentSize];
        for (var i = 0; i < count; i++)
        {
            if (!TryRead(stream, segments + (i * SegmentSize), segment))
                return null;
            var (start, length) =
                (BinaryPrimitives.ReadInt64LittleEndian(segment.AsSpan(8)), BinaryPrimitives.ReadInt64LittleEndian(segment.AsSpan(32)));
            if (BinaryPrimitives.ReadInt32LittleEndian(segment) != Note || length is <= 0 or > MostNotes)
                continue;
            var notes = new byte[length];
            if (TryRead(stream, start, notes) && FindBuildId(notes) is { } id)
                return id;
        }

        return null;
    }

    private static byte[]? FindBuildId(ReadOnlySpan<byte> notes)
    {
        while (notes.Length >= NoteHeaderSize)
        {
            var (nameLength, length) = (BinaryPrimitives.ReadInt32LittleEndian(notes), BinaryPrimitives.ReadInt32LittleEndian(notes[4..]));
            if (nameLength is < 0 or > MostNotes || length is < 0 or > MostNotes)
                return null;
            var value = NoteHeaderSize + ((nameLength + 3) & ~3);
            var end = value + ((length + 3) & ~3);
            if (end > notes.Length)
                return null;
            if (BinaryPrimitives.ReadInt32LittleEndian(notes[8..]) == BuildId
                && notes.Slice(NoteHeaderSize, nameLength).SequenceEqual("GNU\0"u8))
                return notes.Slice(value, length).ToArray();
            notes = notes[end..];
        }

        return null;
    }

    private static bool TryRead(FileStream stream, long start, byte[] bytes)
    {
        if (start < 0 || start > stream.Length - bytes.Length)
            return false;
        stream.Position = start;
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;
    }
}
