using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Diffusion.Files;

/// <summary>A checkpoint's tensors by name, whatever its format. They are read when they are asked for.</summary>
public interface ITensorFile : IDisposable
{
    /// <summary>The file's name, for messages.</summary>
    string Path { get; }

    /// <summary>The sizes of every tensor, by name; none for a scalar.</summary>
    IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes { get; }

    /// <summary>The file's own metadata; empty where it has none.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a tensor straight into the type and onto the device where it is wanted.</summary>
    /// <param name="name">A key of <see cref="Shapes"/>.</param>
    /// <param name="dtype">The type to convert it to, or null for the file's own.</param>
    /// <param name="device">The device to put it on, or null for the CPU.</param>
    /// <param name="rows">The part of its first axis to read, or null for all.</param>
    /// <returns>A new contiguous tensor that shares nothing with the file.</returns>
    /// <exception cref="LoraBuildException">LB4002, LB4007: the file cannot give it.</exception>
    Tensor Load(string name, ScalarType? dtype = null, Device? device = null, (long First, long Count)? rows = null);
}

/// <summary>A tensor of a model as a file stores it.</summary>
/// <param name="File">The file.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Rows">The part of the file's tensor that it is, along the first axis; null for all.</param>
public sealed record StoredTensor(ITensorFile File, string Name, IReadOnlyList<long> Shape, (long First, long Count)? Rows = null)
{
    /// <summary>Reads it into a type and onto a device.</summary>
    public Tensor Load(ScalarType dtype, Device device) => File.Load(Name, dtype, device, Rows);
}
