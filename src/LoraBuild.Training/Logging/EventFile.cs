using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Training.Logging;

/// <summary>
/// A TensorBoard event file that grows while it is read: records of TensorFlow's TFRecord framing, each a protocol buffer <c>Event</c> with
/// scalars, as torch's <c>SummaryWriter.add_scalar</c> writes them.
/// </summary>
public sealed class EventFile : IDisposable
{
    private const uint MaskDelta = 0xa282ead8;
    private const string Version = "brain.Event:2";

    // Wire types of protocol buffers.
    private const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    private readonly FileStream stream;
    private readonly TimeProvider clock;

    private EventFile(FileStream stream, TimeProvider clock)
    {
        this.stream = stream;
        this.clock = clock;
    }

    /// <summary>
    /// Begins the file of a run: <c>FOLDER/PREFIX20261125160000/network_train/events.out.tfevents.SECONDS.lorabuild</c>, as sd-scripts
    /// names it.
    /// </summary>
    /// <param name="loggingFolder">sd-scripts' <c>logging_dir</c>.</param>
    /// <param name="prefix">sd-scripts' <c>log_prefix</c>, or null.</param>
    /// <param name="clock">Tells when it is.</param>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public static EventFile Create(string loggingFolder, string? prefix, TimeProvider clock)
    {
        var now = clock.GetLocalNow();
        var folder = Path.Combine(loggingFolder, $"{prefix}{now:yyyyMMddHHmmss}", "network_train");
        var path = Path.Combine(folder, $"events.out.tfevents.{now.ToUnixTimeSeconds():0000000000}.lorabuild");
        try
        {
            Directory.CreateDirectory(folder);
#pragma warning disable RS0030 // A log grows in its place, and its reader takes it as far as it is whole.
            var file = new EventFile(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), clock);
#pragma warning restore RS0030
            var version = Encoding.UTF8.GetBytes(Version);
            file.Append([.. Key(3, Delimited), .. Length(version), .. version]);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, e);
        }
    }

    /// <summary>Adds scalars of one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="scalars">Tags, such as <c>loss/current</c>, and values.</param>
    /// <exception cref="LoraBuildException">LB6001: they cannot be written.</exception>
    public void Add(long step, params ReadOnlySpan<(string Tag, double Value)> scalars)
    {
        var summary = new List<byte>();
        foreach (var (tag, value) in scalars)
        {
            var name = Encoding.UTF8.GetBytes(tag);
            var number = new byte[sizeof(float)];
            BinaryPrimitives.WriteSingleLittleEndian(number, (float)value);
            byte[] entry = [.. Key(1, Delimited), .. Length(name), .. name, .. Key(2, Fixed32), .. number];
            summary.AddRange([.. Key(1, Delimited), .. Length(entry), .. entry]);
        }

        try
        {
            Append([.. Key(2, Varint), .. VarintOf((ulong)step), .. Key(5, Delimited), .. VarintOf((ulong)summary.Count), .. summary]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(stream.Name, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>TFRecord's checksum: CRC-32C, rotated right by 15 bits, plus a constant.</summary>
    public static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }

    // An event of now with these further fields.
    private void Append(ReadOnlySpan<byte> fields)
    {
        var time = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(time, clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        byte[] record = [.. Key(1, Fixed64), .. time, .. fields];
        var (length, number) = (new byte[sizeof(ulong)], new byte[sizeof(uint)]);
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)record.Length);
        stream.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(number, MaskedCrc(length));
        stream.Write(number);
        stream.Write(record);
        BinaryPrimitives.WriteUInt32LittleEndian(number, MaskedCrc(record));
        stream.Write(number);
        stream.Flush();
    }

    private static byte[] Key(int field, int wireType) => VarintOf((ulong)((field << 3) | wireType));

    private static byte[] Length(byte[] content) => VarintOf((ulong)content.Length);

    private static byte[] VarintOf(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
