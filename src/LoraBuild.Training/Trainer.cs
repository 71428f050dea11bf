using System.Diagnostics;
using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Diffusion;
using LoraBuild.Incremental.Caching;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Logging;
using LoraBuild.Training.Metadata;
using LoraBuild.Training.Noise;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Previews;
using LoraBuild.Training.Saving;
using LoraBuild.Training.Schedules;
using LoraBuild.Training.Validation;

namespace LoraBuild.Training;

/// <summary>
/// Trains a LoRA on a finished dataset. The same job gives the same file, whatever the threads do and wherever it was interrupted, on a
/// CPU; on a GPU as far as the engine's operators are deterministic.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const int Version = 5;
    private const long PictureBytes = 1L << 30, LatentBytes = 1L << 28;
    // Where steps wait for pictures for more of the time than this, the author is told.
    private const double MuchWaiting = 0.05;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2), SaveInterval = TimeSpan.FromMinutes(5);

    private readonly TrainingJob job;
    private readonly TrainingSettings settings;
    private readonly TrainingDataset dataset;
    private readonly TrainingPlan plan;
    private readonly LearningRates rates;
    private readonly BaseModelFacts modelFacts;
    private readonly ModelPrecision precision;
    private readonly Device device;
    private readonly StableDiffusion model;
    private readonly AdapterNetwork network;
    private readonly StableDiffusion? secondModel;
    private readonly AdapterNetwork? secondNetwork;
    private readonly IOptimizer optimizer;
    private readonly LossScale? scale;
    private readonly SkippedSteps skipped = new();
    private readonly TrainingState state;
    private readonly IReadOnlyList<double> resumed;
    private readonly SavePlan saves;
    private readonly PreviewPlan previewPlan;
    private readonly PreviewPainter? previewPainter;
    private readonly DatasetManifest validationManifest;
    private readonly Stopwatch running = Stopwatch.StartNew();

    private Trainer(TrainingJob job)
    {
        this.job = job;
        settings = job.Settings;
        (var trainingManifest, validationManifest) = ValidationSplit.Of(job.Manifest, settings);
        dataset = TrainingDataset.Create(job.DatasetFolder, trainingManifest, settings);
        plan = TrainingPlan.For(settings, dataset.SamplesPerEpoch, dataset.BatchesPerEpoch);
        rates = new(plan, settings, skipped);
        var files = BaseModelFiles.Of(job.BaseModel, job.Vae);
        device = cuda.is_available() ? CUDA : CPU;
        precision = device.type == DeviceType.CUDA ? settings.MixedPrecision : ModelPrecision.Float32;
        model = StableDiffusion.Load(job.BaseModel, LoraFile.ScalarTypeOf(precision), device, job.ModelOptions);
        modelFacts = BaseModelFacts.Of(files, model);
        if (settings.ClipSkip > model.TextEncoder.Depth)
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidTrainingSetting,
                $"LoraClipSkip is {settings.ClipSkip}, but the base model's text encoder has only {model.TextEncoder.Depth} layers.");
        }

        network = AdapterNetwork.Create(model.TextEncoder, model.UNet, settings, device);
        if (SideBySide.Suits(model.UNet, device, job.SideBySideBelow))
        {
            secondModel = StableDiffusion.Load(job.BaseModel, LoraFile.ScalarTypeOf(precision), device, job.ModelOptions);
            secondNetwork = network.Twin(secondModel.TextEncoder, secondModel.UNet);
            set_num_threads(1);
        }

        optimizer = OptimizerFactory.Create(settings, network.Parameters);
        scale = job.Scale?.Invoke() ?? (precision == ModelPrecision.Float16 ? new() : null);
        state = new(network.Parameters, settings.OptimizerType, optimizer, scale, skipped);
        resumed = settings.Resume is { } file ? Resume(file) : [];
        saves = new(job, plan, resumed.Count);
        previewPlan = new(settings, plan, job.SamplePrompts, job.OutputName, resumed.Count);
        previewPainter = job.SamplePrompts.Count == 0 ? null : new(model, modelFacts, previewPlan, job.SampleFolder, job.ShownSampleFolder);
    }

    /// <summary>Trains, or goes on with a training of the same job that was interrupted or stopped.</summary>
    /// <param name="job">What to train.</param>
    /// <param name="progress">Told at the first and last step and every two seconds.</param>
    /// <param name="log">Told what the author may want to know about how it is trained.</param>
    /// <param name="report">Told of a damaged state, and of one that cannot be saved when the training is cancelled.</param>
    /// <param name="cancellation">
    /// Saves the state at once, on the thread that cancels, and ends the training before its next step. Who cannot wait for that may end the
    /// process: nothing is lost but the step under way.
    /// </param>
    /// <exception cref="LoraBuildException">
    /// LB1006, LB5003: the dataset. LB2xxx, LB6004: a picture. LB4xxx: the base model or tokenizer. LB5001: a setting. LB5002: the loss or a
    /// gradient is not a number. LB5004: memory ran out. LB5006: the state to resume from. LB6001: a file cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and its state is saved.</exception>
    /// <remarks>The state's file stays when the training is finished: as long as its result is not in a safe place, it is no work to get it again.</remarks>
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
        using var trainer = new Trainer(job);
        log?.Invoke(trainer.Describe());
        return trainer.Train(progress, log, report, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        optimizer.Dispose();
        secondNetwork?.Dispose();
        secondModel?.Dispose();
        network.Dispose();
        model.Dispose();
    }

    private TrainingResult Train(
        IProgress<TrainingProgress>? progress, Action<string>? log, Action<Diagnostic>? report, CancellationToken cancellation)
    {
        var key = Key();
        var kept = new KeptState(state, job.StateFile, key);
        var losses = new List<double>(plan.TotalSteps);
        if (kept.Restore(steps => saves.AllAfter(steps).All(File.Exists), report) is { } done)
        {
            losses.AddRange(done);
            log?.Invoke(done.Count < plan.TotalSteps
                ? $"Going on with an interrupted training at step {done.Count + 1} of {plan.TotalSteps}."
                : $"Going on with an interrupted training after its {done.Count} steps.");
        }
        else if (resumed.Count > 0)
        {
            losses.AddRange(resumed);
            log?.Invoke($"Going on from '{settings.Resume}' at step {resumed.Count + 1} of {plan.TotalSteps}.");
        }

        var step = new TrainingStep(
            new(model.TextEncoder, model.UNet, network),
            secondModel is null ? null : new(secondModel.TextEncoder, secondModel.UNet, secondNetwork!),
            optimizer,
            settings,
            scale);
        using var scalars = settings.LoggingDir is { } logs ? new TrainingScalars(EventFile.Create(logs, settings.LogPrefix, TimeProvider.System), plan, rates) : null;
        scalars?.Add(losses);
        var pictures = new PictureCache(PictureBytes);
        var views = new ViewReader(pictures);
        var samples = new SampleFactory(views, model.Tokenizer, settings, model.Vae.LatentChannels, model.Vae.Reduction);
        var encoder = new LatentEncoder(model.Vae, device, LoraFile.ScalarTypeOf(precision));
        using var cache = settings.UsesCachedLatents ? CacheLatents(encoder, views, log, cancellation) : null;
        using var latents = new LatentSource(encoder, cache, settings.VaeBatchSize, LatentBytes, sideBySide: secondModel is not null);
        using var batches = new BatchLoader(dataset, samples, pictures, settings, plan.FirstBatchOf(losses.Count), plan.FirstBatchOf(plan.TotalSteps));
        var validation = CreateValidation();
        using var validationLatents = new LatentSource(encoder, cache: null, vaeBatchSize: 1, LatentBytes);
        var (first, watch) = (losses.Count, Stopwatch.StartNew());
        var (lastReport, lastSave, firstStep) = (TimeSpan.MinValue, TimeSpan.Zero, TimeSpan.Zero);
        using var saving = kept.SaveOnCancel(losses, report, cancellation);
        // A training that was interrupted while it drew its previews draws the rest of them now.
        using (kept.BeginChange())
            DrawPreviews(losses.Count, log, cancellation);

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
                return Result(losses, saves.Kept(losses.Count), ShareOfWaiting());
            }

            var taken = new List<TrainingBatch>();
            var loss = Differentiate(step, taken, batches, samples.Noise, latents, losses, kept);
            using var change = kept.BeginChange();
            var result = Change(step, loss, losses.Count);
            if (!double.IsFinite(result.Loss) || !(double.IsFinite(result.GradientNorm) || (result.Skipped && !scale!.IsExhausted)))
                throw Diverged(taken, result, losses, kept);
            if (result.Skipped)
                skipped.Add(losses.Count);
            losses.Add(result.Loss);
            scalars?.Add(losses);
            if (losses.Count == first + 1)
                firstStep = watch.Elapsed;
            var epochEnded = losses.Count % plan.StepsPerEpoch == 0;
            using (optimizer.ShowResult())
            {
                foreach (var file in saves.After(losses.Count))
                    Write(file, losses.Count);
            }

            foreach (var file in saves.StatesAfter(losses.Count))
                state.Save(file, key, losses);
            saves.RemoveOld(losses.Count);
            var validates = validation?.IsDue(losses.Count, plan.StepsPerEpoch) == true;
            var draws = previewPainter is not null && previewPlan.At(losses.Count) is not null;
            if (epochEnded || validates || draws || losses.Count == plan.TotalSteps || watch.Elapsed - lastSave > SaveInterval)
            {
                kept.Save(losses);
                lastSave = watch.Elapsed;
            }

            if (validates)
            {
                using var shown = optimizer.ShowResult();
                Measure(step, validation!, samples.Noise, validationLatents, losses, scalars, log, cancellation);
            }

            if (draws)
                DrawPreviews(losses.Count, log, cancellation);
            if (lastReport == TimeSpan.MinValue || watch.Elapsed - lastReport > ProgressInterval || losses.Count == plan.TotalSteps)
            {
                lastReport = watch.Elapsed;
                progress?.Report(Progress(losses, first, watch.Elapsed));
            }
        }

        using (optimizer.ShowResult())
            Write(saves.FinalFile, plan.TotalSteps);
        // Where the prompts were changed on the way, earlier previews are missing.
        if (previewPainter is not null && previewPlan.Moments.All(previewPainter.IsDrawn))
            previewPainter.WriteSheet();
        return Result(losses, [.. saves.Kept(plan.TotalSteps), .. saves.StatesAfter(plan.TotalSteps), saves.FinalFile], ShareOfWaiting());

        double ShareOfWaiting()
        {
            var share = losses.Count > first + 1 ? batches.Waited / (watch.Elapsed - firstStep) : 0;
            if (share > MuchWaiting)
            {
                log?.Invoke(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Steps waited for their pictures for {share:P0} of the time. LoraMaxDataLoaderNWorkers or LoraCacheLatents may help, or a faster disk."));
            }

            return share;
        }
    }

    private TrainingResult Result(List<double> losses, IReadOnlyList<string> files, double shareOfWaiting) => new(
        losses.Count,
        plan.TotalSteps,
        EpochOf(losses.Count),
        losses.Take(plan.StepsPerEpoch).Average(),
        losses.TakeLast(plan.StepsPerEpoch).Average(),
        rates.LogOf(losses),
        files)
    {
        ShareOfWaiting = shareOfWaiting,
    };

    private int EpochOf(int steps) => ((steps - 1) / plan.StepsPerEpoch) + 1;

    // What is missing of the previews that belong after the steps that are done. Those steps are saved: where drawing ends early, the next run
    // draws the rest before it goes on.
    private void DrawPreviews(int steps, Action<string>? log, CancellationToken cancellation)
    {
        if (previewPainter is null || previewPlan.At(steps) is not { } moment || previewPainter.IsDrawn(moment))
            return;
        try
        {
            using var shown = optimizer.ShowResult();
            previewPainter.Draw(moment, cancellation);
        }
        catch (Exception e) when (OutOfMemory.IsCauseOf(e))
        {
            throw OutOfMemory.Explain(moment, e);
        }

        log?.Invoke(
            $"Previews {(moment.Epoch is { } epoch and > 0 ? $"of epoch {epoch}" : $"after step {moment.Steps}")} -> {Path.Combine(job.ShownSampleFolder ?? job.SampleFolder, previewPlan.GridOf(moment))}");
    }

    private ValidationSet? CreateValidation()
    {
        if (validationManifest.Groups.Count == 0)
            return null;
        var measured = ValidationSet.SettingsFor(settings);
        // Its pictures are numbered by themselves, so they need a cache by themselves.
        var samples = new SampleFactory(new(new(PictureBytes)), model.Tokenizer, measured, model.Vae.LatentChannels, model.Vae.Reduction);
        return new(TrainingDataset.Create(job.DatasetFolder, validationManifest, measured), samples, measured);
    }

    private void Measure(
        TrainingStep step,
        ValidationSet validation,
        TrainingNoise noise,
        LatentSource latents,
        List<double> losses,
        TrainingScalars? scalars,
        Action<string>? log,
        CancellationToken cancellation)
    {
        var measured = new List<double>();
        foreach (var batch in validation.Batches())
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            measured.Add(step.Measure(Input(batch, noise, latents)));
        }

        scalars?.AddValidation(losses.Count, measured.Average());
        log?.Invoke(string.Create(
            CultureInfo.InvariantCulture,
            $"Validation after step {losses.Count}: loss {measured.Average():0.00000}, in training {losses.TakeLast(plan.StepsPerEpoch).Average():0.00000}."));
    }

    private LatentCache CacheLatents(LatentEncoder encoder, ViewReader views, Action<string>? log, CancellationToken cancellation)
    {
        using var store = settings.CacheLatentsToDisk && job.CachePath is not null ? new ContentStore(job.CachePath) : null;
        var cache = new LatentCache(encoder, settings, store, job.OutputFolder);
        var encoded = cache.Fill(dataset, views, cancellation);
        log?.Invoke($"Latents: {encoded} pictures encoded{(store is null ? "" : $", {cache.Count - encoded} from the cache")}.");
        return cache;
    }

    // Nothing has changed in a step that fails here: what was learnt before is kept.
    private double Differentiate(
        TrainingStep step, List<TrainingBatch> taken, BatchLoader batches, TrainingNoise noise, LatentSource latents, List<double> losses, KeptState kept)
    {
        using var scope = NewDisposeScope();
        try
        {
            return step.Differentiate(Inputs());
        }
        catch (Exception e)
        {
            kept.Save(losses);
            if (OutOfMemory.IsCauseOf(e))
                throw OutOfMemory.Explain(settings, losses.Count + 1, e);
            throw;
        }

        IEnumerable<StepInput> Inputs()
        {
            for (var left = plan.BatchesOf(losses.Count); left > 0; left--)
            {
                taken.Add(batches.Take());
                yield return Input(taken[^1], noise, latents);
            }
        }
    }

    private StepResult Change(TrainingStep step, double loss, int number)
    {
        try
        {
            return step.Change(loss, group => rates.At(number, group));
        }
        catch (Exception e) when (OutOfMemory.IsCauseOf(e))
        {
            throw OutOfMemory.Explain(settings, number + 1, e);
        }
    }

    private StepInput Input(TrainingBatch batch, TrainingNoise noise, LatentSource latents)
    {
        var encoded = latents.Encode(batch);
        return new(
            [.. batch.Samples.Select(sample => sample.Tokens)],
            encoded,
            OfSamples((sample, place) => sample.Noise ?? noise.Target(batch.Step, place, (int)encoded.shape[2], (int)encoded.shape[3], Means(place))),
            [.. batch.Samples.Select(sample => sample.Timestep)])
        {
            Pass = batch.Step,
            TokenWeights = settings.WeightedCaptions ? [.. batch.Samples.Select(sample => sample.TokenWeights!)] : null,
            Perturbation = settings.IpNoiseGamma is null ? null : OfSamples((sample, _) => sample.Perturbation!),
            Weights = batch.Samples.Any(sample => sample.Weight != 1) ? [.. batch.Samples.Select(sample => sample.Weight)] : null,
            Mask = batch.Mask(encoded.shape[2], encoded.shape[3])?.to(device),
        };

        Tensor OfSamples(Func<TrainingSample, int, float[]> values) =>
            tensor([.. batch.Samples.SelectMany(values)], dtype: ScalarType.Float32).view(encoded.shape).to(device);

        float[] Means(int place) => encoded.select(0, place).mean([1, 2]).cpu().data<float>().ToArray();
    }

    // Nothing has changed in the step that failed: what was learnt before is kept.
    private LoraBuildException Diverged(List<TrainingBatch> batches, StepResult result, List<double> losses, KeptState kept)
    {
        kept.Save(losses);
        var names = batches.SelectMany(batch => batch.Samples).Select(sample => sample.Picture.Name).Distinct();
        return new(
            DiagnosticCode.TrainingDiverged,
            $"{(double.IsFinite(result.Loss) ? "A gradient" : "The loss")} is not a number at step {losses.Count + 1}, with {string.Join(", ", names)}. "
                + "Lower LoraUnetLr and LoraTextEncoderLr, and look at these pictures; where the base model is sound in 32 bits only, set "
                + "LoraMixedPrecision to no or bf16."
                + (losses.Count > 0 ? $" The state before that step is in '{job.StateFile}'." : ""));
    }

    private string Describe() => string.Join(
        " ",
        $"{dataset.SamplesPerEpoch} samples in {dataset.Buckets.Count} buckets",
        $"({string.Join(", ", dataset.Buckets.Select(bucket => $"{bucket.Size}: {bucket.Samples.Count}"))}), {plan.TotalSteps} steps of {settings.TrainBatchSize},",
        $"{network.Modules.Count} adapters, on the {(device.type == DeviceType.CUDA ? "GPU" : "CPU")} in",
        precision switch
        {
            ModelPrecision.Float32 when settings.MixedPrecision != ModelPrecision.Float32 => "32 bits, which a CPU is faster with than with mixed_precision.",
            ModelPrecision.Float32 => "32 bits.",
            ModelPrecision.BFloat16 => "bfloat16.",
            _ => "16 bits.",
        });

    private TrainingProgress Progress(List<double> losses, int first, TimeSpan elapsed)
    {
        var speed = (losses.Count - first) / elapsed.TotalSeconds;
        return new(
            losses.Count,
            plan.TotalSteps,
            EpochOf(losses.Count),
            plan.Epochs,
            losses.TakeLast(plan.StepsPerEpoch).Average(),
            speed,
            TimeSpan.FromSeconds((plan.TotalSteps - losses.Count) / speed));
    }

    private void Write(string path, int steps) => LoraFile.Write(
        path,
        network,
        settings.SavePrecision,
        TrainingMetadata.For(job, dataset, plan, modelFacts, precision, steps, EpochOf(steps)));

    private IReadOnlyList<double> Resume(string file)
    {
        var done = state.Resume(file);
        return done.Count < plan.TotalSteps
            ? done
            : throw new LoraBuildException(
                DiagnosticCode.StateMismatch,
                $"The state has {done.Count} steps behind it and the training {plan.TotalSteps} in all. Raise LoraMaxTrainSteps or LoraMaxTrainEpochs.",
                file);
    }

    private string Key()
    {
        var key = new StepKey("train", Version)
            .With("engine", $"{typeof(Tensor).Assembly.GetName().Name} {__version__} {device.type}")
            .With("model", modelFacts.Sha256)
            .With("VAE", modelFacts.Vae?.Sha256);
        // A file counts by what is in it, not by where it lies.
        foreach (var (name, value) in (settings.WithoutSamples() with { NetworkWeights = null, Resume = null }).ToOptions())
            key.With(name, value);
        if (settings.NetworkWeights is { } start)
            key.With("network_weights", ContentHash.OfFile(start));
        if (settings.Resume is { } origin)
            key.With("resume", ContentHash.OfFile(origin));
        foreach (var group in job.Manifest.Groups)
        {
            foreach (var picture in group.Pictures)
                key.With($"{group.Repeats}{(group.IsRegularization ? " regularization" : "")}", picture.Sha256).With(picture.File, picture.Caption);
        }

        return key.ToHash().ToString();
    }
}
