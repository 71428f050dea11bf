using LoraBuild.Core.Settings;

namespace LoraBuild.Training.Schedules;

/// <summary>How many steps a training takes and where its epochs end.</summary>
/// <param name="TotalSteps">Optimizer steps of the whole training.</param>
/// <param name="WarmupSteps">Steps over which the learning rates rise.</param>
/// <param name="StepsPerEpoch">
/// Batches in one pass over the data. Batches don't mix buckets, so it can be a little more than the samples over the batch size.
/// </param>
public sealed record TrainingPlan(int TotalSteps, int WarmupSteps, int StepsPerEpoch)
{
    /// <summary>The plan for a dataset.</summary>
    /// <param name="settings">Length of the training and of its warm-up.</param>
    /// <param name="samplesPerEpoch">The sum over the groups of repeats times pictures.</param>
    /// <param name="batchesPerEpoch">Batches in one pass over the data.</param>
    /// <remarks>
    /// A length given in epochs counts EPOCH = ceil(samples / batch size) steps each, which is the article's formula;
    /// <c>max_train_epochs</c> counts true passes over the data, as sd-scripts does.
    /// </remarks>
    public static TrainingPlan For(TrainingSettings settings, int samplesPerEpoch, int batchesPerEpoch)
    {
        var epoch = (samplesPerEpoch + settings.TrainBatchSize - 1) / settings.TrainBatchSize;
        var total = settings.MaxTrainEpochs is { } passes ? checked(passes * batchesPerEpoch) : settings.MaxTrainSteps.Steps(epoch);
        return new(total, settings.LrWarmupSteps.Steps(epoch), batchesPerEpoch);
    }

    /// <summary>The number of passes over the data, the last of which may be cut short.</summary>
    public int Epochs => (TotalSteps + StepsPerEpoch - 1) / StepsPerEpoch;

    /// <summary>The learning rates' factor over this training.</summary>
    public LearningRateCurve Curve(TrainingSettings settings) => new(settings.LrScheduler, WarmupSteps, TotalSteps, settings.LrSchedulerNumCycles);
}
