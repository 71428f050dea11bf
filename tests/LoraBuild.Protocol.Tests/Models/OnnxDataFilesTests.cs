using LoraBuild.Protocol.Models;

namespace LoraBuild.Protocol.Tests.Models;

public sealed class OnnxDataFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // onnx.proto: ModelProto.graph 7, GraphProto.node 1 and .initializer 5, NodeProto.attribute 5, AttributeProto.t 5 and .g 6,
    // TensorProto.raw_data 9 and .external_data 13, its key 1 and value 2.
    [Fact]
    public void Files_are_found_in_weights_and_in_graphs_within_operators()
    {
        byte[] model =
        [
            0x08, 9, // ir_version
            .. Field(7,
            [
                .. Field(5, [.. Field(9, new byte[70_000]), .. Field(8, "weight"u8)]),
                .. Field(5, External("b.bin")),
                .. Field(1, Field(5, Field(5, External("data/a.bin")))),
                .. Field(1, Field(5, Field(6, Field(5, External("c.bin"))))),
                .. Field(5, External("b.bin")),
            ]),
        ];
        Assert.Equal(["b.bin", "c.bin", "data/a.bin"], Find(model));
        for (var length = 0; length < model.Length; length = length is < 100 or >= 70_000 ? length + 1 : 70_000)
            Assert.InRange(Find(model[..length]).Count, 0, 3);
    }

    [Fact]
    public void What_is_no_model_names_none()
    {
        Assert.Empty(Find([]));
        Assert.Empty(Find("tag_id,name,category,count"u8.ToArray()));
        Assert.Empty(Find([.. Enumerable.Repeat((byte)0x3A, 100_000)]));
        Assert.Empty(Find([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]));
    }

    private IReadOnlyList<string> Find(byte[] model)
    {
        var file = folder.Write("model.onnx", "");
        File.WriteAllBytes(file, model);
        return OnnxDataFiles.Of(file);
    }

    private static byte[] External(string file) =>
    [
        .. Field(13, [.. Field(1, "location"u8), .. Field(2, System.Text.Encoding.UTF8.GetBytes(file))]),
        .. Field(13, [.. Field(1, "offset"u8), .. Field(2, "0"u8)]),
    ];

    private static byte[] Field(int field, ReadOnlySpan<byte> content)
    {
        var bytes = new List<byte> { (byte)((field << 3) | 2) };
        var length = content.Length;
        for (; length >= 0x80; length >>= 7)
            bytes.Add((byte)(length | 0x80));
        bytes.Add((byte)length);
        bytes.AddRange(content);
        return [.. bytes];
    }
}
