using System.Text;

namespace LoraBuild.Tagging.Tests;

/// <summary>ONNX models, written as protocol buffers by hand (onnx.proto, opset 13).</summary>
internal static class OnnxFile
{
    private const int Float = 1;

    /// <summary>Gives the mean of every channel: a "tagger" of three labels whose scores are known.</summary>
    public static byte[] ChannelMeans(long[] inputShape, long[] spatialAxes, long[] outputShape) =>
        Model(
            Node("ReduceMean", IntsAttribute("axes", spatialAxes), IntAttribute("keepdims", 0)), Value("x", Float, inputShape),
            Value("y", Float, outputShape));

    /// <summary>Gives back what it takes.</summary>
    public static byte[] Identity(int elementType, params long[] shape) =>
        Model(Node("Identity"), Value("x", elementType, shape), Value("y", elementType, shape));

    /// <summary>Gives back what it takes as one row, whose length nobody knows before it has run.</summary>
    public static byte[] Flatten(params long[] shape) =>
        Model(Node("Flatten", IntAttribute("axis", 0)), Value("x", Float, shape), Value("y", Float, [1, -1]));

    /// <summary>Gives the same numbers whatever it takes: a detector that always sees the same.</summary>
    public static byte[] Constant(long[] inputShape, long[] outputShape, float[] values) => Model(
        Bytes(1, Node("Constant", [], "y", [.. Text(1, "value"), .. Bytes(5, Tensor(outputShape, values)), .. Varint(20, 4)])),
        Value("x", Float, inputShape),
        Value("y", Float, outputShape));

    /// <summary>Gives each pixel's brightest channel: a segmentation model for which light is figure.</summary>
    public static byte[] Brightest(params long[] inputShape) => Model(
        Node("ReduceMax", IntsAttribute("axes", [1]), IntAttribute("keepdims", 1)),
        Value("x", Float, inputShape),
        Value("y", Float, [inputShape[0], 1, inputShape[2], inputShape[3]]));

    /// <summary>A model of several operators.</summary>
    /// <param name="nodes">Made by <see cref="Node(string, string[], string, byte[][])"/>, each after those whose outputs it takes.</param>
    /// <param name="weights">Weights by name.</param>
    /// <param name="input">The shape of the input <c>x</c>.</param>
    /// <param name="output">The shape of the output <c>y</c>.</param>
    public static byte[] Graph(
        IEnumerable<byte[]> nodes, IEnumerable<(string Name, long[] Shape, float[] Values)> weights, long[] input, long[] output) => Model(
        [.. nodes.SelectMany(node => Bytes(1, node)), .. weights.SelectMany(
            weight => Bytes(5, [.. Tensor(weight.Shape, weight.Values), .. Text(8, weight.Name)]))],
        Value("x", Float, input),
        Value("y", Float, output));

    /// <summary>An operator of <see cref="Graph"/>.</summary>
    public static byte[] Node(string operation, string[] inputs, string output, params byte[][] attributes) =>
        [.. inputs.SelectMany(input => Text(1, input)), .. Text(2, output), .. Text(4, operation), .. attributes.SelectMany(
            attribute => Bytes(5, attribute))];

    /// <summary>An attribute of a <see cref="Node(string, string[], string, byte[][])"/>.</summary>
    public static byte[] IntsAttribute(string name, long[] values) =>
        [.. Text(1, name), .. values.SelectMany(value => Varint(8, value)), .. Varint(20, 7)];

    private static byte[] Tensor(long[] shape, float[] values) =>
        [.. shape.SelectMany(side => Varint(1, side)), .. Varint(2, Float), .. Bytes(
            9, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray())];

    /// <summary>The fields of the graph that are its nodes and weights, and its input and output.</summary>
    private static byte[] Model(byte[] body, byte[] input, byte[] output) =>
    [
        .. Varint(1, 7),
        .. Bytes(7, [.. body, .. Text(2, "test"), .. Bytes(11, input), .. Bytes(12, output)]),
        .. Bytes(8, [.. Text(1, ""), .. Varint(2, 13)]),
    ];

    private static byte[] Node(string operation, params byte[][] attributes) => Bytes(1, Node(operation, ["x"], "y", attributes));

    private static byte[] IntAttribute(string name, long value) => [.. Text(1, name), .. Varint(3, value), .. Varint(20, 2)];

    /// <summary>A dimension below zero is one of any size.</summary>
    private static byte[] Value(string name, int elementType, long[] shape) =>
    [
        .. Text(1, name),
        .. Bytes(2, Bytes(1, [.. Varint(1, elementType), .. Bytes(2, [.. shape.SelectMany(side => Bytes(
            1, side < 0 ? Text(2, "N") : Varint(1, side)))])])),
    ];

    private static byte[] Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) => [.. Number((ulong)field << 3 | 2), .. Number((ulong)value.Length), .. value];

    private static byte[] Varint(int field, long value) => [.. Number((ulong)field << 3), .. Number((ulong)value)];

    private static IEnumerable<byte> Number(ulong value)
    {
        for (; value > 127; value >>= 7)
            yield return (byte)(value | 128);
        yield return (byte)value;
    }
}
