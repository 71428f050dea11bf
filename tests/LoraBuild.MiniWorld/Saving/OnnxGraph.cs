using System.Runtime.InteropServices;
using System.Text;

namespace LoraBuild.MiniWorld.Saving;

/// <summary>
/// Collects an ONNX graph and writes it as protocol buffers (onnx.proto, opset 13): the few messages that the tagger needs.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>TensorProto's number for 32-bit and 16-bit numbers.</summary>
    public const int Float = 1, Half = 10;

    private readonly MemoryStream nodes = new(), weights = new();

    /// <summary>Adds an operator.</summary>
    public void Node(string operation, string[] inputs, string output, params byte[][] attributes) => nodes.Write(Bytes(
        1, [.. inputs.SelectMany(input => Text(1, input)), .. Text(2, output), .. Text(4, operation), .. attributes.SelectMany(
            attribute => Bytes(5, attribute))]));

    /// <summary>An attribute of whole numbers.</summary>
    public static byte[] Ints(string name, long[] values) =>
        [.. Text(1, name), .. values.SelectMany(value => Varint(8, value)), .. Varint(20, 7)];

    /// <summary>An attribute of one whole number.</summary>
    public static byte[] Int(string name, long value) => [.. Text(1, name), .. Varint(3, value), .. Varint(20, 2)];

    /// <summary>Adds a weight in 32 bits.</summary>
    public void Weight(string name, long[] shape, float[] values) => AddWeight(name, shape, Float, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>Adds a weight in 16 bits.</summary>
    public void HalfWeight(string name, long[] shape, float[] values) =>
        AddWeight(name, shape, Half, MemoryMarshal.AsBytes(values.Select(value => (System.Half)value).ToArray().AsSpan()));

    /// <summary>The file's bytes. A side below zero is one of any size.</summary>
    public byte[] ToBytes(string name, (string Name, long[] Shape) input, (string Name, long[] Shape) output) =>
    [
        .. Varint(1, 7), .. Text(2, "mini-world"),
        .. Bytes(7, [.. nodes.ToArray(), .. Text(2, name), .. weights.ToArray(), .. Bytes(11, Value(input)), .. Bytes(12, Value(output))]),
        .. Bytes(8, [.. Text(1, ""), .. Varint(2, 13)]),
    ];

    private void AddWeight(string name, long[] shape, int type, ReadOnlySpan<byte> values) =>
        weights.Write(
            Bytes(5, [.. shape.SelectMany(side => Varint(1, side)), .. Varint(2, type), .. Text(8, name), .. Bytes(9, values.ToArray())]));

    private static byte[] Value((string Name, long[] Shape) value) =>
    [
        .. Text(1, value.Name),
        .. Bytes(2, Bytes(1, [.. Varint(1, Float), .. Bytes(2, [.. value.Shape.SelectMany(side => Bytes(
            1, side < 0 ? Text(2, "N") : Varint(1, side)))])])),
    ];

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) => [.. Number(((ulong)field << 3) | 2), .. Number((ulong)value.Length), .. value];

    private static byte[] Varint(int field, long value) => [.. Number((ulong)field << 3), .. Number((ulong)value)];

    private static IEnumerable<byte> Number(ulong value)
    {
        for (; value > 127; value >>= 7)
            yield return (byte)(value | 128);
        yield return (byte)value;
    }
}
