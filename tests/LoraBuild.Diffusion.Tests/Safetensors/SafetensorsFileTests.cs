using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Tests.Safetensors;

public class SafetensorsFileTests
{
    private const string Sound =
        """{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"y":"""
        + """{"dtype":"F16","shape":[2],"data_offsets":[24,28]}}""";

    [Fact]
    public void A_sound_header_is_read()
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(Write(folder, Sound, 28));

        Assert.Equal("b", Assert.Single(file.Metadata).Value);
        Assert.Equal(["x", "y"], file.Tensors.Keys.Order());
        Assert.Equal([2L, 3L], file.Tensors["x"].Shape);
        Assert.Equal(("F16", 4L), (file.Tensors["y"].Type, file.Tensors["y"].Length));
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "x")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlap")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}""", 20,
        "belong to no tensor")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "belong to no tensor")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "cut off")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "not what F32 of shape [3] takes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "takes")]
    [InlineData("""{"x":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown type 'F31'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "shape")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "shape")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]}}""", 8, "data_offsets")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2]}}""", 8, "lacks")]
    [InlineData("""{"x":[]}""", 0, "lacks")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "not a string")]
    [InlineData("""{"__metadata__":[]}""", 0, "__metadata__")]
    [InlineData("""[]""", 0, "JSON object")]
    [InlineData("""{"\ud800":{}}""", 0, "JSON")]
    [InlineData("""{""", 0, "JSON")]
    public void A_lie_in_the_header_is_named(string header, int dataLength, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, header, dataLength);

        var diagnostic = Assert.Throws<LoraBuildException>(() => SafetensorsFile.Open(path)).Diagnostic;

        Assert.Equal((DiagnosticCode.SafetensorsDamaged, path), (diagnostic.Code, diagnostic.File));
        Assert.Contains(reason, diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000_001ul, "more than")]
    [InlineData(ulong.MaxValue, "more than")]
    [InlineData(1_000ul, "but the file has only")]
    public void A_header_that_cannot_be_there_is_named(ulong length, string reason)
    {
        using var folder = new TemporaryFolder();
        var bytes = new byte[100];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(folder.File("model.safetensors"), bytes);

        var diagnostic = Assert.Throws<LoraBuildException>(() => SafetensorsFile.Open(folder.File("model.safetensors"))).Diagnostic;

        Assert.Equal(DiagnosticCode.SafetensorsDamaged, diagnostic.Code);
        Assert.Contains(reason, diagnostic.Message, StringComparison.Ordinal);
    }

    [Property(MaxTest = 300)]
    public void However_a_file_is_cut_off_it_is_damaged(NonNegativeInt keep)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, Sound, 28);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(keep.Get % bytes.Length)]);

        Assert.Equal(
            DiagnosticCode.SafetensorsDamaged, Assert.Throws<LoraBuildException>(() => SafetensorsFile.Open(path)).Diagnostic.Code);
    }

    [Property(MaxTest = 1000)]
    public void However_a_header_is_damaged_nothing_but_a_coded_error_comes_out(NonNegativeInt place, byte value)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, Sound, 28);
        var bytes = File.ReadAllBytes(path);
        bytes[place.Get % (bytes.Length - 28)] = value;
        File.WriteAllBytes(path, bytes);

        try
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var name in file.Tensors.Keys)
                file.Load(name).Dispose();
        }
        catch (LoraBuildException e)
        {
            Assert.Equal(DiagnosticCode.SafetensorsDamaged, e.Diagnostic.Code);
        }
    }

    [Fact]
    public void A_missing_file_is_not_a_damaged_one() => Assert.Equal(
        DiagnosticCode.BaseModelMissing,
        Assert.Throws<LoraBuildException>(() => SafetensorsFile.Open(TestData.PathOf("nowhere.safetensors"))).Diagnostic.Code);

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Tensors_are_converted_on_the_way(ScalarType dtype)
    {
        using var scope = torch.NewDisposeScope();
        using var file = SafetensorsFile.Open(TestData.TinyCheckpoint);
        // More elements than are read at a time.
        const string embedding = "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight";
        var expected = file.Load(embedding).to(dtype);
        var loaded = file.Load(embedding, dtype);

        Assert.Equal(dtype, loaded.dtype);
        Assert.Equal([49_408L, 64L], loaded.shape);
        Assert.True(expected.equal(loaded).all().item<bool>());
    }

    private static string Write(TemporaryFolder folder, string header, int dataLength)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(folder.File("model.safetensors"), bytes);
        return folder.File("model.safetensors");
    }
}
