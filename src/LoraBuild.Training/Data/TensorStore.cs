using LoraBuild.Base.Hashing;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Incremental.Caching;

namespace LoraBuild.Training.Data;

/// <summary>
/// Tensors in the content store that are made once, before a training: each set under a key of all that it follows from, so that another
/// input never finds an old one.
/// </summary>
/// <param name="store">The store; null: nothing is kept, and nothing is found.</param>
/// <param name="step">The name under which the store keeps them.</param>
/// <param name="scratch">A folder for the files that go to and come from the store.</param>
internal sealed class TensorStore(ContentStore? store, string step, string scratch)
{
    private readonly string file = Path.Combine(scratch, $"{step}.safetensors");

    /// <summary>True if something can be kept: a key is worth its price.</summary>
    public bool Keeps => store is not null;

    /// <summary>The tensors of a key, by name, in main memory; null where there are none.</summary>
    public Dictionary<string, Tensor>? Find(ContentHash key)
    {
        if (store?.Find(key) is not { Files: [var stored] } || !store.TryPlace(stored, file))
            return null;
        Dictionary<string, Tensor> tensors;
        using (var found = SafetensorsFile.Open(file))
            tensors = found.Tensors.Keys.ToDictionary(name => name, name => found.Load(name));
        File.Delete(file);
        return tensors;
    }

    /// <summary>Keeps tensors.</summary>
    /// <param name="key">The key.</param>
    /// <param name="tensors">The tensors, by name, in main memory.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the store cannot be written.</exception>
    public void Keep(ContentHash key, IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (store is null)
            return;
        SafetensorsWriter.Write(file, tensors);
        store.Add(key, [(Path.GetFileName(file), file)], step);
        File.Delete(file);
    }
}
