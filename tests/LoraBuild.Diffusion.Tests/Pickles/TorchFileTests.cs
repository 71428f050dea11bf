using System.IO.Compression;
using FsCheck;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Pickles;

namespace LoraBuild.Diffusion.Tests.Pickles;

public class TorchFileTests
{
    [Fact]
    public void Views_of_storages_are_read_in_any_type()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var values = torch.arange(24, dtype: ScalarType.Float32);
        var pickle = new PickleWriter();
        var storage = pickle.AddStorage(values);
        pickle.Dictionary(
            ("rows", () => pickle.Tensor(storage, "FloatStorage", 24, 6, [3, 6], [6, 1])),
            ("transposed", () => pickle.Tensor(storage, "FloatStorage", 24, 0, [6, 4], [1, 6])),
            ("scalar", () => pickle.Tensor(storage, "FloatStorage", 24, 23, [], [])),
            ("empty", () => pickle.Tensor(storage, "FloatStorage", 24, 24, [0, 2], [2, 1])));
        pickle.Save(folder.File("a.pt"));

        using var file = TorchFile.Open(folder.File("a.pt"));

        Assert.Equal(["empty", "rows", "scalar", "transposed"], file.Shapes.Keys.Order());
        Assert.Equal([3L, 6L], file.Shapes["rows"]);
        AssertSame(values.narrow(0, 6, 18).view(3, 6), file.Load("rows"));
        AssertSame(values.narrow(0, 12, 6).view(1, 6), file.Load("rows", rows: (1, 1)));
        AssertSame(values.view(4, 6).transpose(0, 1), file.Load("transposed"));
        AssertSame(values.view(4, 6).transpose(0, 1).narrow(0, 2, 3), file.Load("transposed", rows: (2, 3)));
        AssertSame(values.narrow(0, 6, 18).view(3, 6).to(ScalarType.Float16), file.Load("rows", ScalarType.Float16));
        Assert.Equal(23f, file.Load("scalar").item<float>());
        Assert.Equal([0L, 2L], file.Load("empty").shape);
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "load")]
    [InlineData("torch._utils", "_rebuild_tensor")]
    [InlineData("numpy.core.multiarray", "scalar")]
    [InlineData("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint")]
    public void Whatever_else_it_asks_for_is_refused_by_name(string module, string name)
    {
        using var folder = new TemporaryFolder();
        var pickle = new PickleWriter();
        pickle.Global(module, name);
        pickle.Bytes((byte)'(');
        pickle.Text("touch " + folder.File("harmed"));
        pickle.Bytes((byte)'t', (byte)'R');
        pickle.Save(folder.File("a.ckpt"));

        var diagnostic = Refused(folder.File("a.ckpt"), DiagnosticCode.PickleRefused);

        Assert.Contains($"'{module}.{name}'", diagnostic.Message, StringComparison.Ordinal);
        Assert.Equal([folder.File("a.ckpt")], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData((byte)'i', "'os.system'")]
    [InlineData((byte)'o', "Object")]
    [InlineData(0x81, "NewObject")]
    [InlineData(0x93, "StackGlobal")]
    [InlineData(0x82, "Extension1")]
    public void Other_ways_to_make_objects_are_refused(byte instruction, string said)
    {
        using var folder = new TemporaryFolder();
        var pickle = new PickleWriter();
        pickle.Bytes([instruction, .. "os\nsystem\n"u8]);
        pickle.Save(folder.File("a.ckpt"));

        Assert.Contains(said, Refused(folder.File("a.ckpt"), DiagnosticCode.PickleRefused).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 0, 2, 3, 3, 1, "does not fit into its storage")]
    [InlineData(6, 1, 2, 3, 3, 1, "does not fit into its storage")]
    [InlineData(6, 0, 2, 3, 1000, 1, "does not fit into its storage")]
    [InlineData(6, 0, 2, 3, int.MaxValue, int.MaxValue, "does not fit into its storage")]
    [InlineData(6, 0, -2, 3, 3, 1, "does not fit into its storage")]
    [InlineData(6, -1, 2, 3, 3, 1, "other arguments")]
    [InlineData(7, 0, 2, 3, 3, 1, "which is not what 7 elements")]
    public void Tensors_that_do_not_fit_are_named(
        int count, int offset, long rows, long columns, long rowStride, long columnStride, string reason)
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var pickle = new PickleWriter();
        var storage = pickle.AddStorage(torch.arange(6, dtype: ScalarType.Float32));
        pickle.Dictionary(("x", () => pickle.Tensor(storage, "FloatStorage", count, offset, [rows, columns], [rowStride, columnStride])));
        pickle.Save(folder.File("a.ckpt"));

        Assert.Contains(reason, Refused(folder.File("a.ckpt"), DiagnosticCode.PickleDamaged).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_compressed_storage_is_named()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var pickle = new PickleWriter();
        pickle.Dictionary(("x", () => pickle.Tensor("7", "FloatStorage", 6, 0, [6], [1])));
        pickle.Save(folder.File("missing.ckpt"));
        pickle = new PickleWriter();
        pickle.StateDictionary(new Dictionary<string, Tensor> { ["x"] = torch.zeros(1000) });
        pickle.Save(folder.File("compressed.ckpt"), CompressionLevel.Optimal);

        Assert.Contains(
            "'archive/data/7'", Refused(folder.File("missing.ckpt"), DiagnosticCode.PickleDamaged).Message, StringComparison.Ordinal);
        Assert.Contains(
            "compressed", Refused(folder.File("compressed.ckpt"), DiagnosticCode.PickleDamaged).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CompressionLevel.Optimal, "compressed")]
    [InlineData(CompressionLevel.NoCompression, "instructions")]
    public void A_pickle_that_unpacks_to_far_more_than_tensors_need_is_refused(CompressionLevel compression, string reason)
    {
        using var folder = new TemporaryFolder();
        var pickle = new PickleWriter();
        pickle.Bytes([.. Enumerable.Repeat((byte)']', 30_000_000)]);
        pickle.Save(folder.File("bomb.ckpt"), compression);
        var before = GC.GetTotalAllocatedBytes();

        Assert.Contains(reason, Refused(folder.File("bomb.ckpt"), DiagnosticCode.PickleDamaged).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 1L << 29);
    }

    [Fact]
    public void A_view_that_is_larger_than_its_storage_is_refused()
    {
        using var folder = new TemporaryFolder();
        var pickle = new PickleWriter();
        var storage = pickle.AddStorage(torch.ones([1]));
        pickle.Dictionary(("x", () => pickle.Tensor(storage, "FloatStorage", 1, 0, [1_000_000, 1_000_000], [0, 0])));
        pickle.Save(folder.File("a.ckpt"));

        Assert.Contains("does not fit", Refused(folder.File("a.ckpt"), DiagnosticCode.PickleDamaged).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_claim_more_than_the_file_has_are_refused()
    {
        using var folder = new TemporaryFolder();
        var pickle = new PickleWriter();
        pickle.StateDictionary(new Dictionary<string, Tensor> { ["x"] = torch.zeros(1000) });
        pickle.Save(folder.File("a.ckpt"));
        var bytes = File.ReadAllBytes(folder.File("a.ckpt"));
        // Both sizes of the storage's entry in the directory, 20 bytes before its name.
        var name = bytes.AsSpan().LastIndexOf("archive/data/0"u8);
        foreach (var place in new[] { name - 26, name - 22 })
            BitConverter.TryWriteBytes(bytes.AsSpan(place), 1_900_000_000);
        File.WriteAllBytes(folder.File("a.ckpt"), bytes);

        Assert.Contains("more bytes than", Refused(folder.File("a.ckpt"), DiagnosticCode.PickleDamaged).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pickle_of_torch_before_1_6_is_told_from_a_damaged_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(
            folder.File("old.ckpt"), [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.']);

        Assert.Contains(
            "before 1.6",
            Assert.Throws<LoraBuildException>(() => TensorFiles.Open(folder.File("old.ckpt"))).Diagnostic.Message,
            StringComparison.Ordinal);
    }

    [Property(MaxTest = 300)]
    public void However_a_file_is_cut_off_it_is_damaged(NonNegativeInt keep)
    {
        using var folder = new TemporaryFolder();
        var bytes = SmallFile(folder);
        File.WriteAllBytes(folder.File("b.ckpt"), bytes[..(keep.Get % bytes.Length)]);

        Refused(folder.File("b.ckpt"), DiagnosticCode.PickleDamaged);
    }

    [Property(MaxTest = 1000)]
    public void However_a_file_is_damaged_nothing_but_a_coded_error_comes_out(NonNegativeInt place, byte value)
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        var bytes = SmallFile(folder);
        bytes[place.Get % bytes.Length] = value;
        File.WriteAllBytes(folder.File("b.ckpt"), bytes);

        try
        {
            using var file = TorchFile.Open(folder.File("b.ckpt"));
            foreach (var name in file.Shapes.Keys)
                file.Load(name);
        }
        catch (LoraBuildException e)
        {
            Assert.Contains(e.Diagnostic.Code, (string[])[DiagnosticCode.PickleDamaged, DiagnosticCode.PickleRefused]);
        }
    }

    // Mostly instructions that the reader takes, so that it gets beyond the first of them.
    [Property(MaxTest = 2000)]
    public void Whatever_instructions_it_has_nothing_is_run_and_nothing_but_a_coded_error_comes_out(byte[] choices)
    {
        byte[] taken =
        [
            .. "(])}ut.0q\0h\0J\0\0\0\0K\u0001M\u0001\0X\u0001\0\0\0aNabQRces"u8, 0x85, 0x86, 0x87, 0x88, 0x89, 0x80, 2,
        ];
        using var folder = new TemporaryFolder();
        var pickle = new PickleWriter();
        foreach (var choice in choices)
        {
            if (choice < 8)
                pickle.Global("collections", "OrderedDict");
            else if (choice < 12)
                pickle.Global("torch._utils", "_rebuild_tensor_v2");
            else
                pickle.Bytes(choice < 200 ? taken[choice % taken.Length] : choice);
        }

        pickle.Save(folder.File("a.ckpt"));

        try
        {
            using var file = TorchFile.Open(folder.File("a.ckpt"));
        }
        catch (LoraBuildException e)
        {
            Assert.Contains(e.Diagnostic.Code, (string[])[DiagnosticCode.PickleDamaged, DiagnosticCode.PickleRefused]);
        }
    }

    private static byte[] SmallFile(TemporaryFolder folder)
    {
        using var scope = torch.NewDisposeScope();
        var pickle = new PickleWriter();
        pickle.Dictionary(("state_dict", () => pickle.StateDictionary(new Dictionary<string, Tensor>
        {
            ["x"] = torch.ones(2, 3),
            ["y"] = torch.ones(4, dtype: ScalarType.Float16),
        })));
        pickle.Save(folder.File("a.ckpt"));
        return File.ReadAllBytes(folder.File("a.ckpt"));
    }

    private static Diagnostic Refused(string path, string code)
    {
        var diagnostic = Assert.Throws<LoraBuildException>(() => TorchFile.Open(path)).Diagnostic;
        Assert.Equal((code, path), (diagnostic.Code, diagnostic.File));
        return diagnostic;
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal((expected.dtype, true), (actual.dtype, actual.is_contiguous()));
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(TestData.Floats(expected), TestData.Floats(actual));
    }
}
