using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using LoraBuild.Base.Files;

namespace LoraBuild.Diffusion.Safetensors;

/// <summary>
/// Writes .safetensors files as the reference implementation lays them out: the types of the largest alignment first, names in ordinal
/// order within a type, the header padded with spaces to a multiple of 8 bytes. The same content gives the same bytes.
/// </summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The target; its folder is created.</param>
    /// <param name="tensors">The tensors to write, each in the type it has. They may lie on any device and need not be contiguous.</param>
    /// <param name="metadata">The entries of <c>__metadata__</c> in the order they are to have; null for none.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the disk is full or the place cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes a file of tensors that are made when their turn comes, one at a time; whole or not at all.</summary>
    /// <param name="path">The target; its folder is created.</param>
    /// <param name="tensors">The tensors to write.</param>
    /// <param name="metadata">The entries of <c>__metadata__</c> in the order they are to have.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the disk is full or the place cannot be written.</exception>
    public static void WriteOneByOne(string path, IEnumerable<TensorSource> tensors, IEnumerable<KeyValuePair<string, string>> metadata) =>
        AtomicFile.Write(path, stream => WriteOneByOne(stream, tensors, metadata));

    /// <summary>Writes a file's bytes to a stream.</summary>
    /// <param name="stream">The stream to write to.</param>
    /// <param name="tensors">The tensors to write, each in the type it has. They may lie on any device and need not be contiguous.</param>
    /// <param name="metadata">The entries of <c>__metadata__</c> in the order they are to have; null for none.</param>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>>? metadata = null) =>
        WriteOneByOne(stream, tensors.Select(tensor => new TensorSource(
            tensor.Key, tensor.Value.dtype, tensor.Value.shape, tensor.Value.alias)), metadata);

    private static void WriteOneByOne(Stream stream, IEnumerable<TensorSource> tensors, IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        var ordered = tensors
            .OrderByDescending(tensor => SafetensorsType.RankOf(tensor.Type))
            .ThenBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToList();
        var header = Header(ordered, metadata);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in ordered)
        {
            using var scope = torch.NewDisposeScope();
            stream.Write(tensor.Load().detach().cpu().contiguous().bytes);
        }
    }

    private static byte[] Header(List<TensorSource> tensors, IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            var offset = 0L;
            foreach (var (name, scalarType, shape, _) in tensors)
            {
                var rank = SafetensorsType.RankOf(scalarType);
                if (rank < 0)
                    throw new ArgumentException($"'{name}' has the type {scalarType}, which the format does not know.", nameof(tensors));
                var type = SafetensorsType.All[rank];
                json.WriteStartObject(name);
                json.WriteString("dtype", type.Name);
                json.WriteStartArray("shape");
                foreach (var size in shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += shape.Aggregate(1L, (product, size) => product * size) * type.Size;
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        var padding = (Alignment - (buffer.WrittenCount % Alignment)) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>A tensor to write that need not be in memory before its turn.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Its type.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Load">Makes it; the caller's scope owns it.</param>
public sealed record TensorSource(string Name, ScalarType Type, IReadOnlyList<long> Shape, Func<Tensor> Load);
