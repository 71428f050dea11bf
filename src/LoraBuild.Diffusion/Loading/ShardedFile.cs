using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Diffusion.Loading;

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
                    DiagnosticCode.SafetensorsDamaged, $"'{name}' is in '{owners[name].Path}' too. Download the model's folder again.", file.Path);
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
