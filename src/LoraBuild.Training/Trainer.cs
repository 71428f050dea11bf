using System.Diagnostics;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using LoraBuild.Training.Captions;
using LoraBuild.Training.Data;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Logging;
using LoraBuild.Training.Memory;
using LoraBuild.Training.Metadata;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Previews;
using LoraBuild.Training.Saving;
using LoraBuild.Training.Schedules;
using LoraBuild.Training.Steps;
using LoraBuild.Training.Validation;

namespace LoraBuild.Training;

/// <summary>
/// Trains a LoRA on a finished dataset. The same job gives the same file, whatever the threads do and wherever it was interrupted, on a
/// CPU; on a GPU as far as the engine's operators are deterministic.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly TrainingJob job;
    private readonly TrainingSettings settings;
    private readonly Action<string>? log;
    private readonly Action<Diagnostic>? report;
    private readonly CancellationToken cancellation;
    private readonly Stopwatch running = Stopwatch.StartNew();

    private readonly TrainingDataset dataset;
    private readonly DatasetManifest validated;
    private readonly TrainingPlan plan;
    private readonly ComputeDevice compute;
    private readonly TrainedModel model;
    private readonly BaseModelFacts facts;
    private readonly IOptimizer optimizer;
    private readonly LossScale? scale;
    private readonly SkippedSteps skipped = new();
    private readonly LearningRates rates;
    private readonly WeightAverage? average;
    private readonly TrainingState state;
    private readonly List<double> losses = [];
    private readonly Lazy<MemoryForecast> memory;

    private Trainer(TrainingJob job, Action<string>? log, Action<Diagnostic>? report, CancellationToken cancellation)
    {
        (this.job, settings, this.log, this.report, this.cancellation) = (job, job.Settings, log, report, cancellation);
        (var trained, validated) = ValidationSplit.Of(job.Manifest, settings);
        dataset = TrainingDataset.Create(job.DatasetFolder, trained, settings);
        plan = TrainingPlan.For(settings, dataset.SamplesPerEpoch, dataset.BatchesPerEpoch);
        compute = ComputeDevice.For(settings);
        var files = BaseModelFiles.Of(job.BaseModel, job.Vae);
        model = TrainedModel.Load(job.BaseModel, job.ModelOptions, settings, compute, job.SideBySideBelow);
        facts = BaseModelFacts.Of(files, model.Model);
        optimizer = OptimizerFactory.Create(settings, model.Network.Parameters);
        scale = job.Scale?.Invoke() ?? (NeedsScale() ? new() : null);
        rates = new(plan, settings, ParameterGroup.Of(model.Model.Parts, settings), skipped);
        average = settings.EmaDecay is { } decay ? new(model.Network.Parameters, decay) : null;
        memory = new(() => new(model, optimizer, BatchShape.LargestOf(dataset, model.Model, settings)));
        state = new(model.Network.Parameters, settings.OptimizerType, optimizer, scale, skipped, rates, average);
    }

    /// <summary>Trains, or goes on with a training of the same job that was interrupted or stopped.</summary>
    /// <param name="job">The training.</param>
    /// <param name="progress">Told at the first and last step and every two seconds.</param>
    /// <param name="log">Told what the author may want to know about how it is trained.</param>
    /// <param name="report">
    /// Told of what has no effect (LB5008, LB5009), of a damaged state, and of one that cannot be saved when the training is cancelled.
    /// </param>
    /// <param name="cancellation">
    /// Saves the state at once, on the thread that cancels, and ends the training before its next step. A process that cannot wait for that
    /// may end: only the step under way is lost.
    /// </param>
    /// <exception cref="LoraBuildException">
    /// LB1006, LB5003: the dataset. LB2xxx, LB6004: a picture. LB4xxx: the base model or tokenizer. LB5001: a setting. LB5002: the loss or
    /// a gradient is not a number. LB5004: memory ran out. LB5006: the state to resume from. LB6001: a file cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and its state is saved.</exception>
    /// <remarks>The state's file stays when the training is finished: until its result is in a safe place, it saves the work.</remarks>
    public static TrainingResult Run(
        TrainingJob job,
        IProgress<TrainingProgress>? progress = null,
        Action<string>? log = null,
        Action<Diagnostic>? report = null,
        CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
#if !TORCHSHARP
        // TorchSharp cannot ask for them. Where libtorch only warns, attention's gradients stay sums in whatever order the threads come.
        using var deterministic = job.Deterministic && cuda.is_available() ? use_deterministic_algorithms() : null;
#endif
        using var trainer = new Trainer(job, log, report, cancellation);
        return trainer.Train(progress);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        optimizer.Dispose();
        average?.Dispose();
        model.Dispose();
    }

    private TrainingResult Train(IProgress<TrainingProgress>? progress)
    {
        var resumed = settings.Resume is { } origin ? state.Resume(origin, plan.TotalSteps) : [];
        log?.Invoke(Describe());
        foreach (var warning in TrainingWarnings.OfSettings(settings, plan, dataset, validated.SamplesPerEpoch)
            .Concat(PromptLength.Warnings(job.SamplePrompts, model.Model, settings.SamplePrompts))
            .Concat(TrainingWarnings.OfCaptions(settings, dataset, model.Model) is { } captions ? [captions] : [])
            .Concat(TrainingWarnings.OfModel(settings, model.Model))
            .Concat(TrainingWarnings.OfResolution(settings, model.Model) is { } resolution ? [resolution] : []))
            report?.Invoke(warning);
        var saves = new SavePlan(job, plan, resumed.Count);
        var files = new TrainingFiles(job, dataset, plan, model.Network, optimizer, average, facts, compute, state, saves);
        var kept = new KeptState(state, job.StateFile, job.Key);
        var previews = TrainingPreviews.For(job, plan, model.Model, facts, optimizer, resumed.Count);
        BeginWith(kept.Restore(steps => saves.AllAfter(steps).All(File.Exists), report), resumed);
        var first = losses.Count;
        var step = new TrainingStep(model.First, model.Second, optimizer, settings, scale);
        using var scalars = TrainingScalars.For(settings, plan, rates);
        scalars?.Add(losses);
        log?.Invoke($"Memory predicted: {memory.Value.Of(settings)}.");
        using var data = new TrainingData(job, dataset, plan, model, facts.Sha256, first, log, cancellation);
        using var validation = ValidationLoss.For(job.DatasetFolder, validated, settings, plan, model.Model);
        var clock = new TrainingClock(plan, first, progress);
        using var saving = kept.SaveOnCancel(losses, report, cancellation);
        // A training that was interrupted while it drew its previews draws the rest of them now.
        using (kept.BeginChange())
            previews?.Draw(first, log, cancellation);

        while (losses.Count < plan.TotalSteps)
        {
            if (cancellation.IsCancellationRequested)
            {
                kept.Save(losses);
                cancellation.ThrowIfCancellationRequested();
            }
            if (losses.Count > first && running.Elapsed >= job.StopAfter)
            {
                kept.Save(losses);
                return Result(saves.Kept(losses.Count), clock.ShareOfWaiting(losses.Count, data.Waited, log));
            }

            var loss = Differentiate(step, data, kept);
            using var change = kept.BeginChange();
            var result = OutOfMemory.Explained(
                settings, losses.Count + 1, () => step.Change(loss, group => rates.At(losses.Count, group)), memory.Value.Of);
            Accept(result, data, kept);
            scalars?.Add(losses);
            clock.StepDone(losses.Count);

            files.WriteAfter(losses);
            var (validates, draws) = (validation?.IsDue(losses.Count) == true, previews?.IsDue(losses.Count) == true);
            if (plan.EndsEpoch(losses.Count) || validates || draws || losses.Count == plan.TotalSteps || clock.IsTimeToSave)
            {
                kept.Save(losses);
                clock.Saved();
            }
            if (validates)
            {
                using var shown = optimizer.ShowResult();
                validation!.Measure(step, losses, scalars, log, cancellation);
            }
            if (draws)
                previews!.Draw(losses.Count, log, cancellation);
            clock.Report(losses);
        }

        var written = files.WriteFinished();
        previews?.Finish();
        return Result(written, clock.ShareOfWaiting(losses.Count, data.Waited, log));
    }

    private void BeginWith(IReadOnlyList<double>? interrupted, IReadOnlyList<double> resumed)
    {
        losses.AddRange(interrupted ?? resumed);
        if (interrupted is not null)
        {
            log?.Invoke(losses.Count < plan.TotalSteps
                ? $"Going on with an interrupted training at step {losses.Count + 1} of {plan.TotalSteps}."
                : $"Going on with an interrupted training after its {losses.Count} steps.");
        }
        else if (resumed.Count > 0)
        {
            log?.Invoke($"Going on from '{settings.Resume}' at step {losses.Count + 1} of {plan.TotalSteps}.");
        }
    }

    // Nothing has changed in a step that fails here: what was learnt before is kept.
    private double Differentiate(TrainingStep step, TrainingData data, KeptState kept)
    {
        using var scope = NewDisposeScope();
        try
        {
            return OutOfMemory.Explained(settings, losses.Count + 1, () => step.Differentiate(data.Take(losses.Count)), memory.Value.Of);
        }
        catch
        {
            kept.Save(losses);
            throw;
        }
    }

    private void Accept(StepResult result, TrainingData data, KeptState kept)
    {
        if (result.HasDiverged(scale))
        {
            kept.Save(losses);
            throw result.Explain(losses.Count + 1, data.LastPictures, job.StateFile);
        }
        if (result.Skipped)
            skipped.Add(losses.Count);
        losses.Add(result.Loss);
        if (!result.Skipped)
            average?.Add(losses.Count - skipped.All.Count);
    }

    // Half precision loses small gradients where the model computes in it, and where the adapters' gradients are kept in it.
    private bool NeedsScale() => compute.Precision == ModelPrecision.Float16 || settings.AdapterPrecision == ModelPrecision.Float16;

    private string Describe() =>
        $"{dataset.SamplesPerEpoch} samples in {dataset.Buckets.Count} buckets "
        + $"({string.Join(", ", dataset.Buckets.Select(bucket => $"{bucket.Size}: {bucket.Samples.Count}"))}), "
        + $"{plan.TotalSteps} steps of {settings.TrainBatchSize}, {model.Network.Modules.Count} adapters, "
        + $"{compute.Describe(settings.MixedPrecision)}";

    private TrainingResult Result(IReadOnlyList<string> files, double shareOfWaiting) => new(
        losses.Count,
        plan.TotalSteps,
        plan.EpochOf(losses.Count),
        losses.Take(plan.StepsPerEpoch).Average(),
        plan.AverageOfEpoch(losses),
        rates.LogOf(losses),
        files)
    {
        ShareOfWaiting = shareOfWaiting,
    };
}
