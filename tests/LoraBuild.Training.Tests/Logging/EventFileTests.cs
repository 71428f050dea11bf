using System.Buffers.Binary;
using System.Text;
using LoraBuild.Training.Logging;

namespace LoraBuild.Training.Tests.Logging;

public class EventFileTests
{
    [Fact]
    public void The_checksum_is_CRC_32C_as_its_standard_has_it()
    {
        // RFC 3720, B.4, masked as TensorFlow's crc32c.h masks: rotated right by 15 bits, plus 0xa282ead8.
        Assert.Equal(Masked(0x8a9136aa), EventFile.MaskedCrc(new byte[32]));
        Assert.Equal(Masked(0x62a8ab43), EventFile.MaskedCrc([.. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal(Masked(0x46dd794e), EventFile.MaskedCrc([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(Masked(0xe3069283), EventFile.MaskedCrc("123456789"u8));

        static uint Masked(uint crc) => ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }

    [Fact]
    public void Records_read_back()
    {
        using var folder = new TemporaryFolder();
        using (var file = EventFile.Create(folder.Path, "aoi-", new FixedClock()))
        {
            file.Add(1, ("loss/current", 0.25), ("loss/average", 0.5));
            file.Add(300, ("lr/unet", 1e-4));
        }

        var path = Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(
            Path.Combine("aoi-20261125160000", "network_train", "events.out.tfevents.1795622400.lorabuild"),
            Path.GetRelativePath(folder.Path, path));
        var events = Records(File.ReadAllBytes(path)).Select(Event.Read).ToList();
        Assert.All(events, read => Assert.Equal(1795622400.0, read.Time));
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal([(0L, ""), (1, "loss/current=0.25 loss/average=0.5"), (300, $"lr/unet={1e-4f}")], events.Select(read => (
            read.Step, string.Join(' ', read.Scalars))));
    }

    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = file.AsSpan(at, 8);
            Assert.Equal(EventFile.MaskedCrc(length), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            var data = file.AsSpan(at + 12, (int)BinaryPrimitives.ReadUInt64LittleEndian(length)).ToArray();
            Assert.Equal(EventFile.MaskedCrc(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + data.Length)));
            yield return data;
            at += 16 + data.Length;
        }
    }

    private sealed class FixedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 11, 25, 16, 0, 0, TimeSpan.Zero);
    }

    /// <summary>TensorFlow's event.proto and summary.proto, as far as scalars need them.</summary>
    private sealed record Event(double Time, long Step, string Version, IReadOnlyList<string> Scalars)
    {
        public static Event Read(byte[] data)
        {
            var fields = Fields(data).ToList();
            return new(
                BitConverter.ToDouble(Bytes(1)),
                (long)fields.SingleOrDefault(field => field.Number == 2).Value,
                Encoding.UTF8.GetString(Bytes(3)),
                [.. Fields(Bytes(5)).Select(value => Fields(value.Bytes).ToList()).Select(value => string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{Encoding.UTF8.GetString(value[0].Bytes)}={BitConverter.ToSingle(value[1].Bytes)}"))]);

            byte[] Bytes(int number) => fields.SingleOrDefault(field => field.Number == number).Bytes ?? [];
        }

        private static IEnumerable<(int Number, ulong Value, byte[] Bytes)> Fields(byte[] data)
        {
            for (var at = 0; at < data.Length;)
            {
                var key = Varint(ref at);
                var number = (int)(key >> 3);
                switch (key & 7)
                {
                    case 0:
                        yield return (number, Varint(ref at), []);
                        break;
                    case 1:
                        yield return (number, 0, data[at..(at += 8)]);
                        break;
                    case 2:
                        var length = (int)Varint(ref at);
                        yield return (number, 0, data[at..(at += length)]);
                        break;
                    case 5:
                        yield return (number, 0, data[at..(at += 4)]);
                        break;
                    default:
                        throw new InvalidDataException($"wire type {key & 7}");
                }
            }

            ulong Varint(ref int at)
            {
                var value = 0UL;
                for (var shift = 0; ; shift += 7)
                {
                    var next = data[at++];
                    value |= (ulong)(next & 0x7f) << shift;
                    if (next < 0x80)
                        return value;
                }
            }
        }
    }
}
