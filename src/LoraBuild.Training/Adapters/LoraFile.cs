using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters.Files;
using LoraBuild.Training.Engine;

namespace LoraBuild.Training.Adapters;

/// <summary>Writes LoRA files with LyCORIS' names.</summary>
public static class LoraFile
{
    /// <summary>Writes a network's weights, with the hashes of the tensors beside the other metadata.</summary>
    /// <param name="path">The target; written whole or not at all.</param>
    /// <param name="network">The adapters.</param>
    /// <param name="precision">The type that the weights are rounded to.</param>
    /// <param name="metadata">The file's metadata.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: it cannot be written.</exception>
    public static void Write(string path, AdapterNetwork network, ModelPrecision precision, IReadOnlyDictionary<string, string> metadata)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var dtype = ComputeDevice.TypeOf(precision);
        var tensors = network.Modules.SelectMany(module => module.Tensors())
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.to_type(dtype).cpu()))
            .ToList();
        SafetensorsWriter.Write(
            path, tensors, metadata.Concat(TensorHashes.Of(tensors, metadata)).OrderBy(entry => entry.Key, StringComparer.Ordinal));
    }
}
