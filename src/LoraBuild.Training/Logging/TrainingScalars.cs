using LoraBuild.Protocol.Logging;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Logging;

/// <summary>What sd-scripts logs of a training for TensorBoard, under its tags.</summary>
/// <param name="file">Where to; belongs to this.</param>
/// <param name="plan">Where epochs end.</param>
/// <param name="rates">The learning rates.</param>
public sealed class TrainingScalars(EventFile file, TrainingPlan plan, LearningRates rates) : IDisposable
{
    private int written;

    /// <summary>Logs the steps that were not logged yet; after a resumed training's first, those before the interruption too.</summary>
    /// <param name="losses">The loss of every step that is done.</param>
    public void Add(IReadOnlyList<double> losses)
    {
        for (; written < losses.Count; written++)
        {
            var (step, average) = (written + 1, TrainingLog.AverageLoss(losses, written, plan.StepsPerEpoch));
            file.Add(step, ("loss/current", losses[written]), ("loss/average", average));
            if (rates.HasTextEncoder)
                file.Add(step, ("lr/textencoder", rates.At(written, ParameterGroup.TextEncoder)));
            file.Add(step, ("lr/unet", rates.At(written, ParameterGroup.UNet)));
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
}
