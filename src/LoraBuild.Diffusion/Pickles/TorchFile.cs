using System.IO.Compression;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Files;

namespace LoraBuild.Diffusion.Pickles;

/// <summary>
/// A .ckpt, .pt or .bin file as torch.save writes it since 1.6: a zip file of uncompressed entries, <c>NAME/data.pkl</c> with a pickle
/// that describes the tensors and <c>NAME/data/KEY</c> with the bytes of each storage. Its tensors are those of the dictionary
/// <c>state_dict</c>, or of the outermost one.
/// </summary>
public sealed class TorchFile : ITensorFile
{
    private const string PickleName = "/data.pkl";
    private const string StateName = "state_dict";

    // A checkpoint of thousands of tensors, with their optimizer's, has a pickle of a few megabytes.
    private const long LongestPickle = 1 << 25;

    private readonly FileStream stream;
    private readonly ZipArchive archive;
    private readonly Dictionary<string, ZipArchiveEntry> entries;
    private readonly string root;
    private readonly Dictionary<string, PickledTensor> tensors;

    private TorchFile(string path, FileStream stream, ZipArchive archive)
    {
        Path = path;
        this.stream = stream;
        this.archive = archive;
        entries = archive.Entries.ToDictionary(entry => entry.FullName);
        if (archive.Entries.Sum(entry => (decimal)entry.CompressedLength) > stream.Length)
            throw Damaged($"its entries claim more bytes than the {stream.Length} that it has");
        var pickles = entries.Keys.Where(name => name.EndsWith(PickleName, StringComparison.Ordinal)).ToList();
        root = pickles is [var pickle]
            ? pickle[..^PickleName.Length]
            : throw Damaged($"it has {pickles.Count} entries data.pkl instead of one");
        CheckByteOrder();
        tensors = TensorsOf(PickleReader.Read(ReadAll(entries[root + PickleName], LongestPickle), path));
        foreach (var tensor in tensors.Values)
            _ = EntryOf(tensor.Storage);
        Shapes = tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.Shape);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes { get; }

    /// <summary>Empty: the format has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Opens a file and checks what it says of its tensors.</summary>
    /// <exception cref="LoraBuildException">
    /// LB4001: there is no such file. LB4006: it holds something other than tensors and dictionaries. LB4007: it is damaged, or older than
    /// torch 1.6. LB6004: it cannot be read.
    /// </exception>
    public static TorchFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = File.OpenRead(path);
            var file = new TorchFile(path, stream, new ZipArchive(stream, ZipArchiveMode.Read));
            stream = null;
            return file;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LoraBuildException(DiagnosticCode.BaseModelMissing, "The file does not exist.", path, innerException: e);
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw Damaged(path, $"it is no whole zip file with distinct entries ({e.Message.TrimEnd('.')})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(DiagnosticCode.CannotRead, $"The file cannot be read: {e.Message}", path, innerException: e);
        }
        finally
        {
            stream?.Dispose();
        }
    }

    /// <inheritdoc/>
    public Tensor Load(string name, ScalarType? dtype = null, Device? device = null, (long First, long Count)? rows = null)
    {
        var tensor = tensors[name];
        if (rows is var (first, count))
            tensor = tensor with { Offset = tensor.Offset + (first * tensor.Strides[0]), Shape = [count, .. tensor.Shape.Skip(1)] };
        var type = dtype ?? tensor.Storage.Type;
        if (tensor.IsContiguous)
            return Read(tensor, [.. tensor.Shape], type, device);

        using var scope = torch.NewDisposeScope();
        var elements = Read(tensor, [(long)tensor.Extent], type, device);
        return elements.as_strided([.. tensor.Shape], [.. tensor.Strides]).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        archive.Dispose();
        stream.Dispose();
    }

    private Tensor Read(PickledTensor tensor, long[] shape, ScalarType dtype, Device? device)
    {
        var elementSize = ElementSize(tensor.Storage.Type);
        try
        {
            using var content = EntryOf(tensor.Storage).Open();
            Skip(content, tensor.Offset * elementSize);
            return StoredBytes.ToTensor(shape, tensor.Storage.Type, dtype, device, (_, target) => content.ReadExactly(target));
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw Damaged(Path, "it is cut off", e);
        }
    }

    private ZipArchiveEntry EntryOf(PickledStorage storage)
    {
        var name = $"{root}/data/{storage.Key}";
        if (!entries.TryGetValue(name, out var entry))
            throw Damaged($"it has no entry '{name}'");
        EnsureStored(entry);
        if (entry.Length != (Int128)storage.Count * ElementSize(storage.Type))
            throw Damaged(
                $"its entry '{name}' has {entry.Length} bytes, which is not what {storage.Count} elements of {storage.Type} take");
        return entry;
    }

    private Dictionary<string, PickledTensor> TensorsOf(object? content)
    {
        if (content is not PickledDictionary outer)
            throw Damaged("it holds no dictionary");
        return (outer.Child(StateName) ?? outer)
            .Where(pair => pair is { Key: string, Value: PickledTensor })
            .ToDictionary(pair => (string)pair.Key, pair => (PickledTensor)pair.Value!);
    }

    private void CheckByteOrder()
    {
        if (entries.TryGetValue(root + "/byteorder", out var entry)
            && Encoding.ASCII.GetString(ReadAll(entry, 16)) is not "little" and var order)
            throw Damaged($"its numbers are in the byte order '{order}'");
    }

    private byte[] ReadAll(ZipArchiveEntry entry, long limit)
    {
        // What is packed could unpack to any size.
        EnsureStored(entry);
        if (entry.Length > limit)
            throw Damaged($"its entry '{entry.FullName}' claims {entry.Length} bytes");
        var bytes = new byte[entry.Length];
        using var content = entry.Open();
        content.ReadExactly(bytes);
        return bytes;
    }

    private void EnsureStored(ZipArchiveEntry entry)
    {
        if (entry.CompressedLength != entry.Length)
            throw Damaged($"its entry '{entry.FullName}' is compressed");
    }

    private static void Skip(Stream content, long count)
    {
        if (content.CanSeek)
        {
            content.Seek(count, SeekOrigin.Current);
            return;
        }
        var buffer = new byte[(int)Math.Min(count, 1 << 16)];
        while (count > 0)
        {
            var part = (int)Math.Min(count, buffer.Length);
            content.ReadExactly(buffer, 0, part);
            count -= part;
        }
    }

    private static long ElementSize(ScalarType type)
    {
        using var one = torch.empty([0], dtype: type);
        return one.element_size();
    }

    private LoraBuildException Damaged(string reason) => Damaged(Path, reason);

    private static LoraBuildException Damaged(string path, string reason, Exception? cause = null) => new(
        DiagnosticCode.PickleDamaged,
        $"The file is not a sound checkpoint of torch: {reason}. Download or copy it again, or use a .safetensors version of the model.",
        path,
        innerException: cause);
}
