using System.Globalization;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Diffusion.Families;
using LoraBuild.Settings;
using LoraBuild.Training.Data;
using LoraBuild.Training.Logging;
using LoraBuild.Training.Schedules;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training.Validation;

/// <summary>Measures the loss on the pictures that are not trained on, and logs it.</summary>
internal sealed class ValidationLoss : IDisposable
{
    private const long PictureBytes = 1L << 30, LatentBytes = 1L << 28;

    private readonly TrainingPlan plan;
    private readonly ValidationSet set;
    private readonly LatentSource latents;
    private readonly StepInputs inputs;

    private ValidationLoss(string folder, DatasetManifest manifest, TrainingSettings settings, TrainingPlan plan, IDiffusionModel model)
    {
        this.plan = plan;
        var measured = ValidationSet.SettingsFor(settings);
        // Its pictures are numbered by themselves, so they need a cache by themselves.
        var samples = new SampleFactory(new(new(PictureBytes)), model, measured);
        set = new(TrainingDataset.Create(folder, manifest, measured), samples, measured);
        latents = new(new(model.Autoencoder), cache: null, vaeBatchSize: 1, LatentBytes);
        inputs = new(latents, new(settings, (int)model.Autoencoder.LatentChannels), settings, model.Device);
    }

    /// <summary>The validation of a training; null where all pictures are trained on.</summary>
    /// <param name="folder">The folder of the finished dataset.</param>
    /// <param name="manifest">The pictures that are measured.</param>
    /// <param name="settings">The settings, which say how often, and with which noise.</param>
    /// <param name="plan">The plan, which says where epochs end.</param>
    /// <param name="model">The model, with its adapters.</param>
    public static ValidationLoss? For(
        string folder, DatasetManifest manifest, TrainingSettings settings, TrainingPlan plan, IDiffusionModel model) =>
        manifest.Groups.Count == 0 ? null : new(folder, manifest, settings, plan, model);

    /// <summary>True if a measurement is due after so many steps.</summary>
    public bool IsDue(int steps) => set.IsDue(steps, plan.StepsPerEpoch);

    /// <summary>Measures and logs.</summary>
    /// <param name="step">The step that measures.</param>
    /// <param name="losses">The losses of the steps that are done.</param>
    /// <param name="scalars">The log for TensorBoard, or null.</param>
    /// <param name="log">Told the loss.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    public void Measure(
        TrainingStep step, IReadOnlyList<double> losses, TrainingScalars? scalars, Action<string>? log, CancellationToken cancellation)
    {
        var measured = new List<double>();
        foreach (var batch in set.Batches())
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            measured.Add(step.Measure(inputs.Of(batch)));
        }

        scalars?.AddValidation(losses.Count, measured.Average());
        log?.Invoke(string.Create(
            CultureInfo.InvariantCulture,
            $"Validation after step {losses.Count}: loss {measured.Average():0.00000}, "
            + $"in training {plan.AverageOfEpoch(losses):0.00000}."));
    }

    /// <inheritdoc/>
    public void Dispose() => latents.Dispose();
}
