using System.IO.MemoryMappedFiles;
using LoraBuild.Core.Diagnostics;

namespace LoraBuild.Diffusion.Safetensors;

/// <summary>
/// A memory-mapped .safetensors file. Its header is checked when it is opened; tensors are read when they are asked for, straight into
/// the type and onto the device where they are wanted.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private const long ChunkElements = 1 << 20;

    private readonly SafetensorsHeader header;
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;

    private SafetensorsFile(string path, SafetensorsHeader header, FileStream stream)
    {
        Path = path;
        this.header = header;
        map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    /// <summary>The file's name as it was opened.</summary>
    public string Path { get; }

    /// <summary>Every tensor in the file, by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors => header.Tensors;

    /// <summary>The entries of <c>__metadata__</c>; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="LoraBuildException">
    /// LB4001: there is no such file. LB4002: it is damaged, and why. LB6004: it cannot be read.
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
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

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">A key of <see cref="Tensors"/>.</param>
    /// <param name="dtype">The type to convert it to, or null for the file's own.</param>
    /// <param name="device">Where to put it, or null for the CPU.</param>
    /// <returns>A new contiguous tensor that shares nothing with the file.</returns>
    /// <exception cref="LoraBuildException">LB4002: its type is one that the engine does not have.</exception>
    public Tensor Load(string name, ScalarType? dtype = null, Device? device = null)
    {
        var entry = header.Tensors[name];
        var fileType = SafetensorsType.Named(entry.Type)!.ScalarType ?? throw new LoraBuildException(
            DiagnosticCode.SafetensorsDamaged, $"'{name}' is stored as {entry.Type}, which LoraBuild cannot read. Convert it to F16 or F32.", Path);

        var target = torch.empty([.. entry.Shape], dtype: dtype ?? fileType, device: device);
        if (entry.Length == 0)
            return target;
        if (target.dtype == fileType && target.device_type == DeviceType.CPU)
        {
            Read(entry.Offset, target.bytes);
            return target;
        }

        // Through a small buffer of the file's type, from which the engine converts and transfers.
        using var flat = target.view(-1);
        var count = flat.shape[0];
        var elementSize = entry.Length / count;
        var chunkSize = Math.Min(count, ChunkElements);
        using var chunk = torch.empty([chunkSize], dtype: fileType);
        for (long start = 0; start < count; start += chunkSize)
        {
            var length = Math.Min(chunkSize, count - start);
            Read(entry.Offset + (start * elementSize), chunk.bytes[..(int)(length * elementSize)]);
            using var source = chunk.narrow(0, 0, length);
            using var destination = flat.narrow(0, start, length);
            destination.copy_(source);
        }
        return target;
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
