using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LoraBuild.Fuzz;

/// <summary>Makes damaged files of sound ones. The same numbers give the same file.</summary>
internal sealed class Mutator(Random random, FuzzReader reader)
{
    private const int MostBytes = 1 << 20;

    // Where sizes, signs and types end.
    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32,
        long.MaxValue,
        long.MinValue, 1_900_000_000, 100_000_000_000,
    ];

    private static readonly string[] WrittenNumbers =
        ["-1", "1e999", "NaN", "99999999999999999999", "0.0000001", "1e-400", "007", "0x10", "1_000", "½", "٣", "", "2147483648", "1.5"];

    /// <summary>A file.</summary>
    public byte[] Next()
    {
        var file = Pick(reader.Seeds).ToList();
        for (var changes = 1 + random.Next(random.Next(10) == 0 ? 30 : 4); changes > 0; changes--)
            Change(file);
        var bytes = file.Count > MostBytes ? [.. file.Take(MostBytes)] : file.ToArray();
        return random.Next(4) > 0 ? reader.Repair(bytes) : bytes;
    }

    private void Change(List<byte> file)
    {
        var place = random.Next(file.Count + 1);
        var length = Math.Min(file.Count - place, random.Next(4) == 0 ? random.Next(256) : random.Next(12));
        switch (random.Next(12))
        {
            case 0 when place < file.Count:
                file[place] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when place < file.Count:
                file[place] = (byte)random.Next(256);
                break;
            case 2:
                file.RemoveRange(place, length);
                break;
            case 3:
                file.InsertRange(place, file.GetRange(place, length));
                break;
            case 4 when random.Next(3) == 0:
                file.RemoveRange(place, file.Count - place);
                break;
            case 5:
                Put(file, place, Number(), random.Next(2) == 0);
                break;
            case 6:
                Put(file, place, Pick(reader.Tokens), random.Next(2) == 0);
                break;
            case 7:
                var other = Pick(reader.Seeds);
                var start = random.Next(other.Length);
                Put(file, place, other.AsSpan(start, Math.Min(other.Length - start, random.Next(512))), random.Next(2) == 0);
                break;
            case 8:
                ReplaceWrittenNumber(file, place);
                break;
            case 9 when random.Next(8) == 0:
                var token = random.Next(2) == 0 ? Pick(reader.Tokens) : [.. file.Skip(place).Take(1 + random.Next(40))];
                file.InsertRange(
                    place, Enumerable.Repeat(token, Math.Min(random.Next(6) == 0 ? 20_000 : 300, MostBytes / Math.Max(1, token.Length)))
                        .SelectMany(one => one));
                break;
            case 10:
                var bytes = new byte[1 + random.Next(8)];
                random.NextBytes(bytes);
                Put(file, place, bytes, random.Next(2) == 0);
                break;
            default:
                if (length > 1) file.Reverse(place, length);
                break;
        }
    }

    private byte[] Number()
    {
        var bytes = new byte[8];
        var number = Pick(Numbers) + random.Next(-1, 2);
        if (random.Next(2) == 0)
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        else
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        var size = 1 << random.Next(4);
        return random.Next(2) == 0 ? bytes[..size] : bytes[^size..];
    }

    private void ReplaceWrittenNumber(List<byte> file, int place)
    {
        var start = file.FindIndex(Math.Min(place, file.Count), letter => letter is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
            return;
        var end = start;
        while (end < file.Count && file[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        file.RemoveRange(start, end - start);
        file.InsertRange(
            start,
            Encoding.UTF8.GetBytes(random.Next(2) == 0 ? Pick(WrittenNumbers) : Pick(Numbers).ToString(CultureInfo.InvariantCulture)));
    }

    private static void Put(List<byte> file, int place, ReadOnlySpan<byte> bytes, bool over)
    {
        if (over)
            file.RemoveRange(place, Math.Min(bytes.Length, file.Count - place));
        file.InsertRange(place, bytes.ToArray());
    }

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
