using System.IO.MemoryMappedFiles;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Files;

namespace LoraBuild.Diffusion.Safetensors;

/// <summary>
/// A memory-mapped .safetensors file. Its header is checked when it is opened; tensors are read when they are asked for, straight into
/// the type and onto the device where they are wanted.
/// </summary>
public sealed class SafetensorsFile : ITensorFile
{
    private readonly SafetensorsHeader header;
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;

    private SafetensorsFile(string path, SafetensorsHeader header, FileStream stream)
    {
        Path = path;
        this.header = header;
        Shapes = header.Tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.Shape);
        map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>Every tensor in the file, by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => header.Tensors;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes { get; }

    /// <summary>The entries of <c>__metadata__</c>; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>The engine's type of a tensor; null where it has none.</summary>
    public ScalarType? TypeOf(string name) => SafetensorsType.Named(header.Tensors[name].Type)!.ScalarType;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="LoraBuildException">
    /// LB4001: there is no such file. LB4002: it is damaged, and why. LB6004: it cannot be read.
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = File.OpenRead(path);
            var header = SafetensorsHeader.Read(stream, path);
            var file = new SafetensorsFile(path, header, stream);
            stream = null;
            return file;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LoraBuildException(DiagnosticCode.BaseModelMissing, "The file does not exist.", path, innerException: e);
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
        var entry = header.Tensors[name];
        var stored = TypeOf(name) ?? throw new LoraBuildException(
            DiagnosticCode.SafetensorsDamaged,
            $"'{name}' is stored as {entry.Type}, which LoraBuild cannot read. Convert it to F16 or F32.", Path);
        long[] shape = [.. entry.Shape];
        var offset = entry.Offset;
        if (rows is var (first, count))
        {
            offset += entry.Length / shape[0] * first;
            shape[0] = count;
        }
        return StoredBytes.ToTensor(shape, stored, dtype ?? stored, device, (start, target) => Read(offset + start, target));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        view.Dispose();
        map.Dispose();
    }

    private void Read(long offset, Span<byte> target) =>
        view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(view.PointerOffset + offset), target);
}
