using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings;

namespace LoraBuild.Training.Schedules;

/// <summary>The steps of a training, the batches of each, and the ends of its epochs.</summary>
/// <param name="TotalSteps">Optimizer steps of the whole training.</param>
/// <param name="WarmupSteps">Steps over which the learning rates rise.</param>
/// <param name="BatchesPerEpoch">
/// Batches in one pass over the data. Batches don't mix buckets, so it can be a little more than the samples over the batch size.
/// </param>
/// <param name="BatchesPerStep"><c>gradient_accumulation_steps</c>. The last step of an epoch takes the batches that are left.</param>
public sealed record TrainingPlan(int TotalSteps, int WarmupSteps, int BatchesPerEpoch, int BatchesPerStep = 1)
{
    /// <summary>The plan for a dataset.</summary>
    /// <param name="settings">Length of the training and of its warm-up.</param>
    /// <param name="samplesPerEpoch">The sum over the groups of repeats times pictures.</param>
    /// <param name="batchesPerEpoch">Batches in one pass over the data.</param>
    /// <remarks>
    /// A length given in epochs counts EPOCH = ceil(samples / samples of a step) steps each, which is the article's formula;
    /// <c>max_train_epochs</c> counts true passes over the data, as sd-scripts does.
    /// </remarks>
    /// <exception cref="LoraBuildException">LB5001: it has more steps than <see cref="TrainingLength.MostSteps"/>.</exception>
    public static TrainingPlan For(TrainingSettings settings, int samplesPerEpoch, int batchesPerEpoch)
    {
        var samplesPerStep = settings.TrainBatchSize * settings.GradientAccumulationSteps;
        var epoch = (samplesPerEpoch + samplesPerStep - 1) / samplesPerStep;
        var plan = new TrainingPlan(0, 0, batchesPerEpoch, settings.GradientAccumulationSteps);
        var total = settings.MaxTrainEpochs is { } passes ? (long)passes * plan.StepsPerEpoch : settings.MaxTrainSteps.Steps(epoch);
        if (total > TrainingLength.MostSteps)
        {
            throw new LoraBuildException(DiagnosticCode.InvalidTrainingSetting, string.Create(
                CultureInfo.InvariantCulture,
                $"The training would have {total:N0} steps; at most {TrainingLength.MostSteps:N0} are taken. Lower LoraMaxTrainSteps or "
                + $"LoraMaxTrainEpochs."));
        }

        return plan with { TotalSteps = (int)total, WarmupSteps = Bounded(settings.LrWarmupSteps), DecaySteps =
            Bounded(settings.LrDecaySteps) };

        int Bounded(TrainingLength length) => (int)Math.Min(length.Steps(epoch, total), int.MaxValue);
    }

    /// <summary>Steps over which the learning rates of <see cref="LearningRateSchedule.WarmupStableDecay"/> fall at the end.</summary>
    public int DecaySteps { get; init; }

    /// <summary>Optimizer steps in one pass over the data.</summary>
    public int StepsPerEpoch => (BatchesPerEpoch + BatchesPerStep - 1) / BatchesPerStep;

    /// <summary>The number of passes over the data, the last of which may be cut short.</summary>
    public int Epochs => (TotalSteps + StepsPerEpoch - 1) / StepsPerEpoch;

    /// <summary>The epoch that the last of so many steps belongs to, from 1.</summary>
    public int EpochOf(int steps) => ((steps - 1) / StepsPerEpoch) + 1;

    /// <summary>True if an epoch ends with the last of so many steps.</summary>
    public bool EndsEpoch(int steps) => steps % StepsPerEpoch == 0;

    /// <summary>The mean loss of as many of the last steps as an epoch has.</summary>
    public double AverageOfEpoch(IReadOnlyList<double> losses) => losses.TakeLast(StepsPerEpoch).Average();

    /// <summary>The number of the first batch of a step, both counted from 0 over the whole training.</summary>
    public int FirstBatchOf(int step) => (step / StepsPerEpoch * BatchesPerEpoch) + (step % StepsPerEpoch * BatchesPerStep);

    /// <summary>The number of batches of a step.</summary>
    public int BatchesOf(int step) => FirstBatchOf(step + 1) - FirstBatchOf(step);

    /// <summary>The learning rates' factor over this training. Schedule-free optimizers have a constant one, as in sd-scripts.</summary>
    public LearningRateCurve Curve(TrainingSettings settings) => new(
        settings.OptimizerType.IsScheduleFree ? LearningRateSchedule.Constant : settings.LrScheduler,
        WarmupSteps,
        TotalSteps,
        settings.LrSchedulerNumCycles)
    {
        DecaySteps = DecaySteps,
        Power = settings.LrSchedulerPower,
        End = ShareOf(settings.EndOfPolynomial, settings),
        Timescale = settings.LrSchedulerTimescale,
        Lowest = settings.LrSchedulerMinLrRatio
            ?? ShareOf(settings.LrSchedulerArgs.Number(LearningRateSchedules.Lowest, ifMissing: 0), settings),
        Waves = settings.LrSchedulerArgs.Number(LearningRateSchedules.Cycles, ifMissing: 0.5),
        WarmupShape = RampShapes.Of(settings.LrSchedulerArgs.Word(LearningRateSchedules.WarmupShape), RampShape.Linear),
        DecayShape = RampShapes.Of(settings.LrSchedulerArgs.Word(LearningRateSchedules.DecayShape), RampShape.Cosine),
        Rules = StepRules.TryParse(settings.LrSchedulerArgs.Word(LearningRateSchedules.Rules)),
    };

    // transformers takes the rate that sd-scripts gives to the optimizer, not those of its groups.
    private static double ShareOf(double rate, TrainingSettings settings) =>
        settings.LearningRate > 0 ? rate / settings.LearningRate : 0;
}
