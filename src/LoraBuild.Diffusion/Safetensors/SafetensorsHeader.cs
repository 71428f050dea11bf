using System.Buffers.Binary;
using System.Text.Json;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Diffusion.Safetensors;

/// <summary>
/// The header of a .safetensors file: 8 bytes little-endian length, then that many bytes of JSON, then the tensors' bytes without a gap.
/// Format: github.com/huggingface/safetensors, README "Format".
/// </summary>
/// <param name="Tensors">By name.</param>
/// <param name="Metadata">The entries of <c>__metadata__</c>.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, TensorEntry> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The longest header that the reference implementation reads.</summary>
    public const long LongestHeader = 100_000_000;

    private const int LengthSize = 8;
    private const int ShownCharacters = 80;

    /// <summary>Reads and checks the header at the start of a stream.</summary>
    /// <param name="stream">The whole file; must know its length.</param>
    /// <param name="path">The name to report.</param>
    /// <exception cref="LoraBuildException">LB4002: any lie or damage, with its reason.</exception>
    public static SafetensorsHeader Read(Stream stream, string path)
    {
        if (stream.Length < LengthSize)
            throw Damaged(path, $"it has only {stream.Length} bytes");
        Span<byte> prefix = stackalloc byte[LengthSize];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestHeader)
            throw Damaged(path, $"its header claims {length} bytes, more than the {LongestHeader} that the format allows");
        if ((long)length > stream.Length - LengthSize)
            throw Damaged(path, $"its header claims {length} bytes, but the file has only {stream.Length - LengthSize} after the length");

        var json = new byte[length];
        stream.ReadExactly(json);
        return Parse(json, LengthSize + (long)length, stream.Length, path);
    }

    private static SafetensorsHeader Parse(byte[] json, long dataStart, long fileLength, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Damaged(path, "its header is not a JSON object");

            var tensors = new Dictionary<string, TensorEntry>();
            var metadata = new Dictionary<string, string>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                    ReadMetadata(property.Value, metadata, path);
                else
                    tensors.Add(property.Name, ReadEntry(property.Name, property.Value, dataStart, path));
            }
            CheckLayout(tensors.Values, dataStart, fileLength, path);
            return new SafetensorsHeader(tensors, metadata);
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw new LoraBuildException(
                DiagnosticCode.SafetensorsDamaged, $"The header is not valid JSON with distinct names: {e.Message}", path,
                innerException: e);
        }
    }

    private static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Damaged(path, "__metadata__ is not a JSON object");
        foreach (var entry in value.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String)
                throw Damaged(path, $"the value of '{Short(entry.Name)}' in __metadata__ is not a string");
            metadata.Add(entry.Name, entry.Value.GetString()!);
        }
    }

    private static TensorEntry ReadEntry(string name, JsonElement value, long dataStart, string path)
    {
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !value.TryGetProperty("data_offsets", out var offsets) || offsets.ValueKind != JsonValueKind.Array)
            throw Damaged(path, $"the entry of '{Short(name)}' lacks a dtype, shape or data_offsets");

        var type = SafetensorsType.Named(dtype.GetString())
            ?? throw Damaged(path, $"'{Short(name)}' has the unknown type '{Short(dtype.GetString()!)}'");
        var sizes = ReadNumbers(shape, name, "shape", path);
        var ends = ReadNumbers(offsets, name, "data_offsets", path);
        if (ends.Length != 2 || ends[0] > ends[1])
            throw Damaged(path, $"the data_offsets of '{Short(name)}' are not a start and an end");
        if (ByteCount(sizes, type.Size) != ends[1] - ends[0])
        {
            throw Damaged(
                path,
                $"'{Short(name)}' has {ends[1] - ends[0]} bytes, which is not what {type.Name} of shape [{string.Join(", ", sizes)}] "
                + "takes");
        }
        return new TensorEntry(name, type.Name, sizes, dataStart + ends[0], ends[1] - ends[0]);
    }

    private static long[] ReadNumbers(JsonElement array, string name, string key, string path)
    {
        var numbers = new long[array.GetArrayLength()];
        var i = 0;
        foreach (var element in array.EnumerateArray())
        {
            // The bound keeps dataStart + offset from overflowing; no file is that long.
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out numbers[i])
                || numbers[i] is < 0 or > long.MaxValue / 4)
                throw Damaged(path, $"the {key} of '{Short(name)}' holds something other than whole numbers from 0 up");
            i++;
        }
        return numbers;
    }

    private static long? ByteCount(long[] shape, int elementSize)
    {
        Int128 count = elementSize;
        foreach (var size in shape)
        {
            if (size == 0)
                return 0;
            count *= size;
            if (count > long.MaxValue)
                return null;
        }
        return (long)count;
    }

    private static void CheckLayout(IEnumerable<TensorEntry> tensors, long dataStart, long fileLength, string path)
    {
        var position = dataStart;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Length))
        {
            if (tensor.Offset < position)
                throw Damaged(path, $"the bytes of '{Short(tensor.Name)}' overlap those of another tensor");
            if (tensor.Offset > position)
                throw Damaged(path, $"{tensor.Offset - position} bytes before '{Short(tensor.Name)}' belong to no tensor");
            position = tensor.Offset + tensor.Length;
            if (position > fileLength)
                throw Damaged(path, $"it is cut off: '{Short(tensor.Name)}' ends {position - fileLength} bytes after the end of the file");
        }
        if (position < fileLength)
            throw Damaged(path, $"its last {fileLength - position} bytes belong to no tensor");
    }

    private static string Short(string name) =>
        name.Length <= ShownCharacters ? name : string.Concat(name.AsSpan(0, ShownCharacters), "...");

    private static LoraBuildException Damaged(string path, string reason) => new(
        DiagnosticCode.SafetensorsDamaged, $"The file is not a sound .safetensors file: {reason}. Download or copy it again.", path);
}

/// <summary>A tensor's entry in a file's header.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">The name of its element type, such as <c>F16</c>.</param>
/// <param name="Shape">Its sizes; empty for a scalar.</param>
/// <param name="Offset">The place in the file of its first byte.</param>
/// <param name="Length">The number of its bytes.</param>
public sealed record TensorEntry(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long Length);

/// <summary>The element types of the safetensors format.</summary>
/// <param name="Name">Its name in a header.</param>
/// <param name="Size">Bytes an element.</param>
/// <param name="ScalarType">The engine's type, or null where the engine has none.</param>
internal sealed record SafetensorsType(string Name, int Size, ScalarType? ScalarType)
{
    /// <summary>
    /// All types in the order of the reference implementation, which writes a file's tensors from the last type to the first.
    /// </summary>
    public static readonly IReadOnlyList<SafetensorsType> All =
    [
        new("BOOL", 1, torch.ScalarType.Bool),
        new("U8", 1, torch.ScalarType.Byte),
        new("I8", 1, torch.ScalarType.Int8),
        new("F8_E5M2", 1, null),
        new("F8_E4M3", 1, null),
        new("I16", 2, torch.ScalarType.Int16),
        new("U16", 2, null),
        new("F16", 2, torch.ScalarType.Float16),
        new("BF16", 2, torch.ScalarType.BFloat16),
        new("I32", 4, torch.ScalarType.Int32),
        new("U32", 4, null),
        new("F32", 4, torch.ScalarType.Float32),
        new("C64", 8, null),
        new("F64", 8, torch.ScalarType.Float64),
        new("I64", 8, torch.ScalarType.Int64),
        new("U64", 8, null),
    ];

    /// <summary>The type of that name, or null.</summary>
    public static SafetensorsType? Named(string? name) => All.FirstOrDefault(type => type.Name == name);

    /// <summary>The place of an engine's type in <see cref="All"/>, or -1.</summary>
    public static int RankOf(ScalarType scalarType)
    {
        for (var rank = 0; rank < All.Count; rank++)
        {
            if (All[rank].ScalarType == scalarType)
                return rank;
        }
        return -1;
    }
}
