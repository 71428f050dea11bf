using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Tests.Safetensors;

public class SafetensorsWriterTests
{
    private static readonly ScalarType[] Types =
        [
            ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64, ScalarType.Int64, ScalarType.Int32,
            ScalarType.Byte, ScalarType.Bool,
        ];

    [Property(MaxTest = 60)]
    public void What_is_written_is_read_back_and_the_same_content_gives_the_same_bytes(NonEmptyArray<byte> sizes, int seed)
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var random = new System.Random(seed);
        var tensors = sizes.Get.Take(12).ToDictionary(size => $"t{random.Next()}.{size}é\"", size => Random(random, size));
        var metadata = new Dictionary<string, string> { ["ss_b"] = "\"quoted\" \\ ü 猫", ["ss_a"] = "" };

        SafetensorsWriter.Write(folder.File("a.safetensors"), tensors, metadata);
        SafetensorsWriter.Write(folder.File("b.safetensors"), tensors.Reverse(), metadata);

        Assert.Equal(File.ReadAllBytes(folder.File("a.safetensors")), File.ReadAllBytes(folder.File("b.safetensors")));
        using var file = SafetensorsFile.Open(folder.File("a.safetensors"));
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(tensors.Keys.Order(), file.Tensors.Keys.Order());
        foreach (var (name, tensor) in tensors)
        {
            var read = file.Load(name);
            Assert.Equal((tensor.dtype, tensor.shape.Length), (read.dtype, read.shape.Length));
            Assert.Equal(tensor.shape, read.shape);
            Assert.True(tensor.contiguous().bytes.SequenceEqual(read.bytes));
        }
    }

    [Fact]
    public void A_file_of_the_reference_implementation_comes_out_byte_for_byte()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var golden = SafetensorsFile.Open(TestData.PathOf("golden-forward.safetensors"));

        SafetensorsWriter.Write(
            folder.File("copy.safetensors"), golden.Tensors.Keys.ToDictionary(name => name, name => golden.Load(name)), golden.Metadata);

        Assert.Equal(File.ReadAllBytes(TestData.PathOf("golden-forward.safetensors")), File.ReadAllBytes(folder.File("copy.safetensors")));
    }

    [Fact]
    public void Metadata_keeps_its_order_and_the_data_is_aligned()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();

        SafetensorsWriter.Write(
            folder.File("a.safetensors"), new Dictionary<string, Tensor> { ["w"] = torch.zeros(3) },
            [new("z", "1"), new("a", "2"), new("m", "3")]);

        var bytes = File.ReadAllBytes(folder.File("a.safetensors"));
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var metadata = JsonDocument.Parse(bytes.AsMemory(8, length)).RootElement.GetProperty("__metadata__");
        Assert.Equal(["z", "a", "m"], metadata.EnumerateObject().Select(entry => entry.Name));
        Assert.Equal(0, length % 8);
        Assert.StartsWith("{\"__metadata__\":{", Encoding.UTF8.GetString(bytes, 8, length), StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_an_error_and_leaves_nothing()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("taken.safetensors"));

        var diagnostic = Assert.Throws<LoraBuildException>(() => SafetensorsWriter.Write(
            folder.File("taken.safetensors"), new Dictionary<string, Tensor> { ["w"] = torch.zeros(3) })).Diagnostic;

        Assert.Equal(DiagnosticCode.CannotWrite, diagnostic.Code);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    // Scalars, empty tensors and tensors that are not contiguous among them.
    private static Tensor Random(System.Random random, byte size)
    {
        var dtype = Types[random.Next(Types.Length)];
        var values = torch.tensor(Enumerable.Range(0, size * 6).Select(_ => random.Next(2) * random.NextSingle() * 100).ToArray());
        return (size % 3) switch
        {
            0 => torch.tensor(random.NextSingle()).to(dtype),
            1 => values.view(size, 6).transpose(0, 1).to(dtype),
            _ => values.view(2, size, 3).to(dtype),
        };
    }
}
