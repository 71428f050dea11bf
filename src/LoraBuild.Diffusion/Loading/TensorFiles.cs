using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Pickles;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Loading;

/// <summary>Opens checkpoints of any format that LoraBuild reads; content decides, not the extension.</summary>
public static class TensorFiles
{
    /// <summary>Opens a .safetensors file or a checkpoint of torch.</summary>
    /// <exception cref="LoraBuildException">
    /// LB4001: there is no such file. LB4002: a damaged .safetensors file. LB4006: a checkpoint of torch that holds more than tensors and
    /// dictionaries. LB4007: a damaged one, or one in a form older than torch 1.6. LB6004: it cannot be read.
    /// </exception>
    public static ITensorFile Open(string path)
    {
        Span<byte> start = stackalloc byte[4];
        try
        {
            using var stream = File.OpenRead(path);
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The reader says it better.
            return SafetensorsFile.Open(path);
        }
        return start switch
        {
            [(byte)'P', (byte)'K', 3, 4] => TorchFile.Open(path),
            // A bare pickle, whose second byte is its protocol. The length of a .safetensors header in these bytes would end in more than
            // 64 KB.
            [0x80, >= 2 and <= 5, ..] when !Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase) =>
                throw new LoraBuildException(
                    DiagnosticCode.PickleDamaged,
                    "The file is a pickle in the form that torch wrote before 1.6, which LoraBuild does not read. Use a .safetensors "
                    + "version of the model.",
                    path),
            _ => SafetensorsFile.Open(path),
        };
    }

    /// <summary>Opens files that hold a part's tensors between them.</summary>
    /// <exception cref="LoraBuildException">As <see cref="Open(string)"/>.</exception>
    internal static ITensorFile Open(IReadOnlyList<string> paths)
    {
        if (paths is [var only])
            return Open(only);
        var opened = new List<ITensorFile>();
        try
        {
            foreach (var path in paths)
                opened.Add(Open(path));
            return new ShardedFile(opened);
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }
}

/// <summary>Several files that hold a part's tensors between them, as one.</summary>
internal sealed class ShardedFile : ITensorFile
{
    private readonly IReadOnlyList<ITensorFile> files;
    private readonly Dictionary<string, ITensorFile> owners = [];

    /// <summary>Takes over open files.</summary>
    /// <exception cref="LoraBuildException">LB4002: two of them have a tensor of the same name.</exception>
    public ShardedFile(IReadOnlyList<ITensorFile> files)
    {
        this.files = files;
        foreach (var (file, name) in files.SelectMany(file => file.Shapes.Keys.Select(name => (file, name))))
        {
            if (!owners.TryAdd(name, file))
            {
                throw new LoraBuildException(
                    DiagnosticCode.SafetensorsDamaged, $"'{name}' is in '{owners[name].Path}' too. Download the model's folder again.",
                    file.Path);
            }
        }
        Shapes = owners.ToDictionary(owner => owner.Key, owner => owner.Value.Shapes[owner.Key]);
    }

    /// <inheritdoc/>
    public string Path => files[0].Path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => files[0].Metadata;

    /// <inheritdoc/>
    public Tensor Load(string name, ScalarType? dtype = null, Device? device = null, (long First, long Count)? rows = null) =>
        owners[name].Load(name, dtype, device, rows);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in files)
            file.Dispose();
    }
}
