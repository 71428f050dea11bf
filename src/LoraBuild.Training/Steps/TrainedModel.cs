using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Engine;

namespace LoraBuild.Training.Steps;

/// <summary>
/// The base model with the adapters that are trained; a small model on a CPU twice, so that both halves of a batch run side by side.
/// </summary>
public sealed class TrainedModel : IDisposable
{
    private TrainedModel(TrainingReplica first, TrainingReplica? second) => (First, Second) = (first, second);

    /// <summary>The base model.</summary>
    public IDiffusionModel Model => First.Model;

    /// <summary>The adapters.</summary>
    public AdapterNetwork Network => First.Network;

    /// <summary>The model with its adapters.</summary>
    public TrainingReplica First { get; }

    /// <summary>A copy with <see cref="AdapterNetwork.Twin"/> adapters, or null.</summary>
    public TrainingReplica? Second { get; }

    /// <summary>Loads the model and puts new adapters on it.</summary>
    /// <param name="path">The checkpoint, or a folder as diffusers writes it.</param>
    /// <param name="options">The author's settings of the model.</param>
    /// <param name="settings">The settings of the adapters, and of their first weights.</param>
    /// <param name="compute">The device and number format.</param>
    /// <param name="sideBySideBelow">On a CPU a denoiser of fewer weights is loaded twice.</param>
    /// <exception cref="LoraBuildException">LB4xxx: the base model or tokenizer. LB5001: a setting does not suit it.</exception>
    public static TrainedModel Load(
        string path, ModelOptions options, TrainingSettings settings, ComputeDevice compute, long sideBySideBelow)
    {
        var model = Load();
        model.Check(settings);
        if (settings.ProblemOfPrediction(model.Noise.Prediction == PredictionType.Velocity) is { } problem)
            throw new LoraBuildException(problem);
        var network = AdapterNetwork.Create(model, settings);
        SwapBlocks(model, settings.BlocksToSwap);
        if (!SideBySide.Suits(model, sideBySideBelow))
            return new(new(model, network), null);
        var second = Load();
        set_num_threads(1);
        return new(new(model, network), new(second, network.Twin(second)));

        IDiffusionModel Load() => ModelFamilies.Load(path, compute.Type, compute.Device, options);
    }

    // A CPU has no other memory.
    private static void SwapBlocks(IDiffusionModel model, int count)
    {
        if (count == 0)
            return;
        var part = model.Parts.Single(part => part.Kind == PartKind.Denoiser);
        var blocks = part.SwappableBlocks;
        if (count > BlockSwap.MostOf(blocks.Count))
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidTrainingSetting,
                $"{Options.BlocksToSwap} is {count}, but at most {BlockSwap.MostOf(blocks.Count)} of the model's {blocks.Count} blocks "
                + "can be swapped: two must be there at any time. Lower it.");
        }

        if (model.Device.type != DeviceType.CPU)
            part.Swap = new(blocks, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var replica in (TrainingReplica?[])[Second, First])
        {
            replica?.Network.Dispose();
            replica?.Model.Dispose();
        }
    }
}

/// <summary>A model with adapters in place, for one part of a batch.</summary>
/// <param name="Model">The model; its text encoders get gradients where they have adapters.</param>
/// <param name="Network">The adapters.</param>
public sealed record TrainingReplica(IDiffusionModel Model, AdapterNetwork Network);
