using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families;

/// <summary>
/// A copy of a checkpoint with other weights in some layers: names, types and all other tensors stay as they are. One tensor is in memory
/// at a time, besides the model.
/// </summary>
public static class CheckpointCopy
{
    /// <summary>Accepts a checkpoint that can be copied.</summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="LoraBuildException">LB4001: there is none. LB4010: it is a folder.</exception>
    public static string Resolve(string checkpoint)
    {
        var path = BaseModelPath.Resolve(checkpoint);
        return !Directory.Exists(path) ? path : throw new LoraBuildException(
            DiagnosticCode.NotSingleCheckpoint,
            "This is a folder of diffusers' parts. Set LoraMergeInto to a single .safetensors or .ckpt file.",
            path);
    }

    /// <summary>Writes the copy, a .safetensors file, whole or not at all.</summary>
    /// <param name="model">The model that was loaded from the checkpoint.</param>
    /// <param name="checkpoint">The file, from <see cref="Resolve"/>.</param>
    /// <param name="target">The file to write.</param>
    /// <param name="changeOf">The change to add to one of <see cref="IDiffusionModel.Sources"/>, by its name there, in 32 bits; null: none.
    /// The caller's scope owns it.</param>
    /// <param name="metadata">Entries of the copy's metadata, beside the checkpoint's own; they count before those.</param>
    /// <exception cref="LoraBuildException">LB4001, LB4002, LB4006, LB4007, LB6004: the checkpoint. LB6001: the copy cannot be
    /// written.</exception>
    public static void Write(
        IDiffusionModel model, string checkpoint, string target, Func<string, Tensor?> changeOf,
        IReadOnlyDictionary<string, string> metadata)
    {
        using var ungraded = torch.no_grad();
        using var file = TensorFiles.Open(checkpoint);
        var sources = model.Sources.ToLookup(source => source.Value.Name);
        var entries = new SortedDictionary<string, string>(file.Metadata.ToDictionary(), StringComparer.Ordinal);
        // A config.json that lies beside the checkpoint does not lie beside the copy.
        foreach (var (name, value) in model.CheckpointMetadata.Concat(metadata))
            entries[name] = value;
        SafetensorsWriter.WriteOneByOne(
            target, file.Shapes.Select(tensor => new TensorSource(tensor.Key, TypeIn(tensor.Key), tensor.Value, () => Load(tensor.Key))),
            entries);

        ScalarType TypeIn(string name)
        {
            using var tensor = file.Load(name);
            return tensor.dtype;
        }

        Tensor Load(string name)
        {
            using var scope = torch.NewDisposeScope();
            var stored = file.Load(name);
            Tensor? sum = null;
            foreach (var (key, source) in sources[name])
            {
                if (changeOf(key) is not { } change)
                    continue;
                sum ??= stored.to_type(ScalarType.Float32).clone();
                // OpenCLIP keeps several layers in one tensor.
                var part = source.Rows is var (first, count) ? sum.narrow(0, first, count) : sum;
                part.add_(change.view(part.shape));
            }

            return (sum?.to_type(stored.dtype) ?? stored).MoveToOuterDisposeScope();
        }
    }
}
