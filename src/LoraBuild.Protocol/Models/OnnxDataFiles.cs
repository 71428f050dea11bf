using System.Text;

namespace LoraBuild.Protocol.Models;

/// <summary>
/// The files beside an ONNX model in which it keeps weights (onnx.proto: <c>TensorProto.external_data</c>, the entry <c>location</c>). They
/// decide what the model says as the model itself does.
/// </summary>
public static class OnnxDataFiles
{
    // Deeper than graphs within graphs go; longer than a path.
    private const int MostDepth = 100, LongestText = 1 << 16;

    private enum Message
    {
        Model, Graph, Function, Node, Attribute, SparseTensor, Tensor, Entry,
    }

    /// <summary>The paths that it names, as they stand there, in their order; none for a file that is no ONNX model.</summary>
    /// <param name="model">The model. What it has of weights itself is passed over, not read.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<string> Of(string model)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        using var stream = new BufferedStream(File.OpenRead(model), 1 << 16);
        try
        {
            Read(stream, stream.Length, Message.Model, found, 0);
        }
        catch (InvalidDataException)
        {
            // Whoever runs it says so.
        }

        return [.. found];
    }

    private static void Read(BufferedStream stream, long end, Message message, SortedSet<string> found, int depth)
    {
        if (depth > MostDepth)
            throw new InvalidDataException();
        var (key, value) = ("", "");
        while (stream.Position < end)
        {
            var tag = Varint(stream);
            var length = (tag & 7) switch
            {
                0 => Skipped(stream),
                1 => 8L,
                2 => Length(stream, end),
                5 => 4L,
                _ => throw new InvalidDataException(),
            };
            var next = stream.Position + length;
            if (message == Message.Entry && (tag & 7) == 2 && length <= LongestText)
                (key, value) = (tag >> 3) switch
                {
                    1 => (Text(stream, length), value),
                    2 => (key, Text(stream, length)),
                    _ => (key, value),
                };
            else if ((tag & 7) == 2 && Within(message, tag >> 3) is { } inner)
                Read(stream, next, inner, found, depth + 1);
            stream.Position = next;
        }

        if (key == "location" && value.Length > 0)
            found.Add(value);
    }

    private static Message? Within(Message message, ulong field) => (message, field) switch
    {
        (Message.Model, 7) or (Message.Attribute, 6 or 11) => Message.Graph,
        (Message.Model, 25) => Message.Function,
        (Message.Graph, 1) or (Message.Function, 7) => Message.Node,
        (Message.Node, 5) => Message.Attribute,
        (Message.Graph, 15) or (Message.Attribute, 22 or 23) => Message.SparseTensor,
        (Message.Graph, 5) or (Message.Attribute, 5 or 10) or (Message.SparseTensor, 1 or 2) => Message.Tensor,
        (Message.Tensor, 13) => Message.Entry,
        _ => null,
    };

    private static long Skipped(BufferedStream stream)
    {
        Varint(stream);
        return 0;
    }

    private static long Length(BufferedStream stream, long end) =>
        Varint(stream) is var length && length <= (ulong)(end - stream.Position) ? (long)length : throw new InvalidDataException();

    private static ulong Varint(BufferedStream stream)
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = stream.ReadByte();
            if (next < 0)
                throw new InvalidDataException();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException();
    }

    private static string Text(BufferedStream stream, long length)
    {
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
