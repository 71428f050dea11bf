using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LoraBuild.Diffusion.Tests.Pickles;

/// <summary>Writes checkpoints as torch.save does, instruction by instruction (CPython, Lib/pickletools.py).</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream pickle = new();
    private readonly Dictionary<string, byte[]> storages = [];

    public PickleWriter() => Bytes(0x80, 2);

    public void Bytes(params byte[] bytes) => pickle.Write(bytes);

    public void Text(string text) => Bytes([(byte)'X', .. Little(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)]);

    public void Integer(int value) => Bytes([(byte)'J', .. Little(value)]);

    public void Global(string module, string name) => Bytes([(byte)'c', .. Encoding.ASCII.GetBytes($"{module}\n{name}\n")]);

    public void Dictionary(params (string Key, Action Value)[] entries)
    {
        Bytes((byte)'}', (byte)'(');
        foreach (var (key, value) in entries)
        {
            Text(key);
            value();
        }
        Bytes((byte)'u');
    }

    /// <summary>An OrderedDict of tensors, each with a storage of its own, with the attribute that torch.nn.Module leaves on it.</summary>
    public void StateDictionary(IReadOnlyDictionary<string, Tensor> tensors)
    {
        Global("collections", "OrderedDict");
        Bytes((byte)')', (byte)'R', (byte)'q', 0, (byte)'(');
        foreach (var (name, tensor) in tensors)
        {
            Text(name);
            Tensor(AddStorage(tensor), StorageClass(tensor.dtype), (int)tensor.numel(), 0, tensor.shape, Strides(tensor.shape));
        }
        Bytes((byte)'u');
        Dictionary(("_metadata", () => Bytes((byte)'}')));
        Bytes((byte)'b');
    }

    public string AddStorage(Tensor tensor)
    {
        var key = $"{storages.Count}";
        storages.Add(key, tensor.contiguous().bytes.ToArray());
        return key;
    }

    public void Tensor(string storage, string storageClass, int count, int offset, long[] shape, long[] strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Bytes((byte)'(', (byte)'(');
        Text("storage");
        Global("torch", storageClass);
        Text(storage);
        Text("cpu");
        Integer(count);
        Bytes((byte)'t', (byte)'Q');
        Integer(offset);
        Numbers(shape);
        Numbers(strides);
        Bytes(0x89);
        Global("collections", "OrderedDict");
        Bytes((byte)')', (byte)'R', (byte)'t', (byte)'R');
    }

    public void Save(string path, CompressionLevel compression = CompressionLevel.NoCompression)
    {
        Bytes((byte)'.');
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("archive/data.pkl", pickle.ToArray());
        Add("archive/byteorder", "little"u8.ToArray());
        foreach (var (key, bytes) in storages)
            Add($"archive/data/{key}", bytes);

        void Add(string name, byte[] bytes)
        {
            using var entry = archive.CreateEntry(name, compression).Open();
            entry.Write(bytes);
        }
    }

    public static string StorageClass(ScalarType type) => type switch
    {
        ScalarType.Float16 => "HalfStorage",
        ScalarType.BFloat16 => "BFloat16Storage",
        ScalarType.Float32 => "FloatStorage",
        ScalarType.Int64 => "LongStorage",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private void Numbers(long[] numbers)
    {
        Bytes((byte)'(');
        foreach (var number in numbers)
            Integer((int)number);
        Bytes((byte)'t');
    }

    private static long[] Strides(long[] shape)
    {
        var strides = new long[shape.Length];
        var step = 1L;
        for (var axis = shape.Length - 1; axis >= 0; step *= shape[axis--])
            strides[axis] = step;
        return strides;
    }

    private static byte[] Little(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
