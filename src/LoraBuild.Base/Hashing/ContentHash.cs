using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LoraBuild.Base.Hashing;

/// <summary>SHA-256 of some content, written as 64 lower-case hexadecimal digits.</summary>
public readonly record struct ContentHash : IComparable<ContentHash>
{
    /// <summary>The number of bytes of a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    // .NET reads a stream to hash by 4 KiB, a call of the kernel each.
    private const int ReadSize = 128 * 1024;

    private readonly ulong first;
    private readonly ulong second;
    private readonly ulong third;
    private readonly ulong fourth;

    /// <summary>A hash from its 32 bytes.</summary>
    public ContentHash(ReadOnlySpan<byte> bytes)
    {
        first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        third = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        fourth = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..Size]);
    }

    /// <summary>The hash of bytes in memory.</summary>
    public static ContentHash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return new ContentHash(hash);
    }

    /// <summary>The hash of a text's UTF-8 bytes.</summary>
    public static ContentHash Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The hash of everything that is left in a stream.</summary>
    public static ContentHash Of(Stream stream)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(stream, hash);
        return new ContentHash(hash);
    }

    /// <summary>The hash of a file's bytes.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ContentHash OfFile(string path)
    {
#pragma warning disable RS0030 // It only reads.
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
#pragma warning restore RS0030
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            var count = Fill(file, buffer, 0);
            return count < buffer.Length ? Of(buffer.AsSpan(0, count)) : OfParts(file, buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ContentHash OfParts(SafeFileHandle file, byte[] buffer)
    {
        using var parts = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (offset, count) = (0L, buffer.Length);
        for (; count == buffer.Length; offset += count)
        {
            count = Fill(file, buffer, offset);
            parts.AppendData(buffer.AsSpan(0, count));
        }

        Span<byte> hash = stackalloc byte[Size];
        parts.GetCurrentHash(hash);
        return new ContentHash(hash);
    }

    // Reads until the buffer is full or the file ends.
    private static int Fill(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var filled = 0;
        while (filled < buffer.Length && RandomAccess.Read(file, buffer[filled..], offset + filled) is > 0 and var count)
            filled += count;
        return filled;
    }

    /// <summary>Reads 64 lower-case hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static ContentHash Parse(string text)
    {
        Span<byte> digits = stackalloc byte[2 * Size];
        return text.Length == digits.Length && Encoding.UTF8.TryGetBytes(text, digits, out var written) && written == digits.Length
            ? Parse(digits)
            : throw NoHash(text);
    }

    /// <summary>Reads 64 lower-case hexadecimal digits in UTF-8.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static ContentHash Parse(ReadOnlySpan<byte> digits)
    {
        // .NET's own conversion is compiled anew in each process, slowly at first: a build reads tens of thousands of hashes and ends.
        Span<byte> bytes = stackalloc byte[Size];
        if (digits.Length != 2 * Size)
            throw NoHash(Encoding.UTF8.GetString(digits));
        for (var i = 0; i < Size; i++)
        {
            var (high, low) = (DigitOf(digits[2 * i]), DigitOf(digits[(2 * i) + 1]));
            if ((high | low) < 0)
                throw NoHash(Encoding.UTF8.GetString(digits));
            bytes[i] = (byte)((high << 4) | low);
        }

        return new ContentHash(bytes);
    }

    /// <summary>True if a text is 64 lower-case hexadecimal digits.</summary>
    public static bool IsHash(string text) => text.Length == 2 * Size && text.All(char.IsAsciiHexDigitLower);

    private static int DigitOf(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        _ => -1,
    };

    private static FormatException NoHash(string text) => new($"'{text}' is not a SHA-256.");

    /// <summary>The order of the hexadecimal digits.</summary>
    public int CompareTo(ContentHash other)
    {
        if (first != other.first)
            return first < other.first ? -1 : 1;
        if (second != other.second)
            return second < other.second ? -1 : 1;
        if (third != other.third)
            return third < other.third ? -1 : 1;
        return fourth.CompareTo(other.fourth);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, first);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], second);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], third);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..Size], fourth);
    }

    /// <summary>Writes the 64 hexadecimal digits in UTF-8.</summary>
    public void Format(Span<byte> digits)
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        Convert.TryToHexStringLower(bytes, digits, out _);
    }

    /// <summary>The 64 hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
