using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Protocol.Logging;
using LoraBuild.Settings;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Logging;

/// <summary>Scalars of a training for TensorBoard, under the tags that sd-scripts logs them by.</summary>
/// <param name="file">The file to write; belongs to this.</param>
/// <param name="plan">The plan, which says where epochs end.</param>
/// <param name="rates">The learning rates.</param>
public sealed class TrainingScalars(EventFile file, TrainingPlan plan, LearningRates rates) : IDisposable
{
    private int written;

    /// <summary>The log in a new file of <c>logging_dir</c>; null where the settings have none.</summary>
    /// <exception cref="LoraBuildException">LB6001: the file cannot be written.</exception>
    public static TrainingScalars? For(
        TrainingSettings settings, TrainingPlan plan, LearningRates rates) => settings.LoggingDir is { } folder
#pragma warning disable RS0030 // A log for TensorBoard tells when; the LoRA does not depend on it.
        ? new(EventFile.Create(folder, settings.LogPrefix, TimeProvider.System), plan, rates)
#pragma warning restore RS0030
        : null;

    /// <summary>Logs the steps that were not logged yet; after a resumed training's first, those before the interruption too.</summary>
    /// <param name="losses">The loss of every step that is done.</param>
    public void Add(IReadOnlyList<double> losses)
    {
        for (; written < losses.Count; written++)
        {
            var (step, average) = (written + 1, TrainingLog.AverageLoss(losses, written, plan.StepsPerEpoch));
            file.Add(step, ("loss/current", losses[written]), ("loss/average", average));
            foreach (var group in rates.Groups)
                file.Add(step, (TagOf(group), rates.At(written, group)));
            if (step % plan.StepsPerEpoch == 0)
                file.Add(step / plan.StepsPerEpoch, ("loss/epoch_average", average));
        }
    }

    /// <summary>Logs what the pictures that are not trained on measured.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="loss">Their mean loss.</param>
    public void AddValidation(int step, double loss)
    {
        if (step % plan.StepsPerEpoch == 0)
            file.Add(step / plan.StepsPerEpoch, ("loss/validation/epoch_average", loss));
        else
            file.Add(step, ("loss/validation/step_average", loss));
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    // As sd-scripts names them: text encoders are numbered where there are several.
    private string TagOf(ParameterGroup group)
    {
        if (group.Kind == PartKind.Denoiser)
            return "lr/unet";
        var isAlone = rates.Groups.Count(other => other.Kind == PartKind.TextEncoder) == 1;
        return isAlone ? "lr/textencoder" : $"lr/textencoder {group.Index + 1}";
    }
}
