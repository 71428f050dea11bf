using LoraBuild.Core.Diagnostics;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training;

/// <summary>
/// What an interrupted training leaves behind: weights, optimizer state, the losses so far, and the key of the training that it belongs to.
/// A training that goes on from it ends with the same bits as one that was not interrupted.
/// </summary>
internal static class TrainingState
{
    private const string KeyEntry = "training_key", ValuesName = "weights", LossesName = "losses", ScaleName = "loss_scale", OptimizerPrefix = "optimizer.";

    /// <summary>Saves a state, whole or not at all.</summary>
    public static void Save(
        string path, string key, ParameterBuffer parameters, IOptimizer optimizer, LossScale? scale, IReadOnlyList<double> losses)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var tensors = new List<KeyValuePair<string, Tensor>>
        {
            new(ValuesName, parameters.Values),
            new(LossesName, tensor([.. losses], dtype: ScalarType.Float64)),
            new(ScaleName, tensor([scale?.Factor ?? 0, scale?.StepsSinceChange ?? 0], dtype: ScalarType.Float64)),
        };
        tensors.AddRange(optimizer.State.Select(entry => KeyValuePair.Create(OptimizerPrefix + entry.Key, entry.Value)));
        SafetensorsWriter.Write(path, tensors, [new(KeyEntry, key)]);
    }

    /// <summary>Puts a saved state back.</summary>
    /// <returns>The losses of the steps that are done; null, and nothing changed, where there is no sound state of this training.</returns>
    public static IReadOnlyList<double>? TryRestore(string path, string key, ParameterBuffer parameters, IOptimizer optimizer, LossScale? scale)
    {
        if (!File.Exists(path))
            return null;
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        SafetensorsFile file;
        try
        {
            file = SafetensorsFile.Open(path);
        }
        catch (LoraBuildException)
        {
            // A damaged state costs the steps that it stood for, nothing else.
            return null;
        }

        using (file)
        {
            if (file.Metadata.GetValueOrDefault(KeyEntry) != key)
                return null;
            parameters.Values.copy_(file.Load(ValuesName));
            foreach (var (name, live) in optimizer.State)
                live.copy_(file.Load(OptimizerPrefix + name));
            var saved = file.Load(ScaleName).data<double>().ToArray();
            scale?.Restore(saved[0], (int)saved[1]);
            return file.Load(LossesName).data<double>().ToArray();
        }
    }
}
