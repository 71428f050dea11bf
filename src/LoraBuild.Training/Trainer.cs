using System.Diagnostics;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Diagnostics;
using LoraBuild.Core.Models;
using LoraBuild.Core.Settings;
using LoraBuild.Diffusion;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Metadata;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training;

/// <summary>
/// Trains a LoRA on a finished dataset. The same job gives the same file, whatever the threads do and wherever it was interrupted, on a
/// CPU; on a GPU as far as the engine's operators are deterministic.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const int Version = 1;
    // A UNet below this runs through two copies of itself side by side; Stable Diffusion's has 860 million.
    private const long SmallUNet = 100_000_000;
    private const long PictureBytes = 1L << 30, LatentBytes = 1L << 28;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2), SaveInterval = TimeSpan.FromMinutes(5);

    private readonly TrainingJob job;
    private readonly TrainingSettings settings;
    private readonly TrainingDataset dataset;
    private readonly TrainingPlan plan;
    private readonly BaseModelFacts modelFacts;
    private readonly ModelPrecision precision;
    private readonly Device device;
    private readonly StableDiffusion model;
    private readonly AdapterNetwork network;
    private readonly StableDiffusion? secondModel;
    private readonly AdapterNetwork? secondNetwork;
    private readonly IOptimizer optimizer;
    private readonly LossScale? scale;

    private Trainer(TrainingJob job)
    {
        this.job = job;
        settings = job.Settings;
        dataset = TrainingDataset.Create(job.DatasetFolder, job.Manifest, settings);
        plan = TrainingPlan.For(settings, dataset.SamplesPerEpoch, dataset.BatchesPerEpoch);
        var files = BaseModelFiles.Of(job.BaseModel, job.Vae);
        device = cuda.is_available() ? CUDA : CPU;
        precision = device.type == DeviceType.CUDA ? settings.MixedPrecision : ModelPrecision.Float32;
        var options = new ModelOptions
        {
            Tokenizer = job.Tokenizer, FetchTokenizer = job.FetchTokenizer, Vae = job.Vae, V2 = settings.V2, VParameterization = settings.VParameterization,
        };
        model = StableDiffusion.Load(job.BaseModel, LoraFile.ScalarTypeOf(precision), device, options);
        modelFacts = BaseModelFacts.Of(files, model);
        if (settings.ClipSkip > model.TextEncoder.Depth)
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidTrainingSetting,
                $"LoraClipSkip is {settings.ClipSkip}, but the base model's text encoder has only {model.TextEncoder.Depth} layers.");
        }

        network = AdapterNetwork.Create(model.TextEncoder, model.UNet, settings, device);
        if (device.type == DeviceType.CPU && model.UNet.Layers.Sum(layer => layer.Weight.numel()) < SmallUNet)
        {
            secondModel = StableDiffusion.Load(job.BaseModel, LoraFile.ScalarTypeOf(precision), device, options);
            secondNetwork = network.Twin(secondModel.TextEncoder, secondModel.UNet);
            set_num_threads(1);
        }

        optimizer = OptimizerFactory.Create(settings, network.Parameters);
        scale = precision == ModelPrecision.Float16 ? new() : null;
    }

    /// <summary>Trains, or goes on with a training of the same job that was interrupted.</summary>
    /// <param name="job">What to train.</param>
    /// <param name="progress">Told at the first and last step and every two seconds.</param>
    /// <param name="log">Told what the author may want to know about how it is trained.</param>
    /// <param name="cancellation">Looked at between steps; the state is saved then.</param>
    /// <exception cref="LoraBuildException">
    /// LB1006, LB5003: the dataset. LB2xxx, LB6004: a picture. LB4xxx: the base model or tokenizer. LB5001: a setting. LB5002: the loss or a
    /// gradient is not a number. LB6001: a file cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and its state is saved.</exception>
    public static TrainingResult Run(
        TrainingJob job, IProgress<TrainingProgress>? progress = null, Action<string>? log = null, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var trainer = new Trainer(job);
        log?.Invoke(trainer.Describe());
        return trainer.Train(progress, log, cancellation);
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

    private TrainingResult Train(IProgress<TrainingProgress>? progress, Action<string>? log, CancellationToken cancellation)
    {
        var key = Key();
        var losses = new List<double>(plan.TotalSteps);
        if (TrainingState.TryRestore(job.StateFile, key, network.Parameters, optimizer, scale) is { } done && EarlierFilesExist(done.Count))
        {
            losses.AddRange(done);
            log?.Invoke($"Going on with an interrupted training at step {done.Count + 1} of {plan.TotalSteps}.");
        }

        var step = new TrainingStep(
            new(model.TextEncoder, model.UNet, network),
            secondModel is null ? null : new(secondModel.TextEncoder, secondModel.UNet, secondNetwork!),
            optimizer,
            settings,
            scale);
        var curve = plan.Curve(settings);
        var pictures = new PictureCache(PictureBytes);
        var views = new ViewReader(pictures);
        var samples = new SampleFactory(views, model.Tokenizer, settings, model.Vae.LatentChannels, model.Vae.Reduction);
        var encoder = new LatentEncoder(model.Vae, device, LoraFile.ScalarTypeOf(precision));
        using var cache = settings.UsesCachedLatents ? CacheLatents(encoder, views, log, cancellation) : null;
        using var latents = new LatentSource(encoder, cache, settings.VaeBatchSize, LatentBytes, sideBySide: secondModel is not null);
        using var batches = new BatchLoader(dataset, samples, pictures, settings, losses.Count, plan.TotalSteps);
        var (first, watch) = (losses.Count, Stopwatch.StartNew());
        var (lastReport, lastSave) = (TimeSpan.MinValue, TimeSpan.Zero);

        while (losses.Count < plan.TotalSteps)
        {
            if (cancellation.IsCancellationRequested)
            {
                Save(key, losses);
                cancellation.ThrowIfCancellationRequested();
            }

            var batch = batches.Take();
            losses.Add(Run(step, batch, latents, curve.FactorAt(batch.Step)));
            var epochEnded = losses.Count % plan.StepsPerEpoch == 0;
            if (epochEnded && losses.Count < plan.TotalSteps)
                WriteEpoch(losses.Count / plan.StepsPerEpoch);
            if (losses.Count < plan.TotalSteps && (epochEnded || watch.Elapsed - lastSave > SaveInterval))
            {
                Save(key, losses);
                lastSave = watch.Elapsed;
            }

            if (lastReport == TimeSpan.MinValue || watch.Elapsed - lastReport > ProgressInterval || losses.Count == plan.TotalSteps)
            {
                lastReport = watch.Elapsed;
                progress?.Report(Progress(losses, first, watch.Elapsed));
            }
        }

        var files = EpochFiles(plan.TotalSteps).Append(FinalFile).ToList();
        Write(FinalFile, plan.TotalSteps, plan.Epochs);
        File.Delete(job.StateFile);
        return new(losses.Count, losses.Take(plan.StepsPerEpoch).Average(), losses.TakeLast(plan.StepsPerEpoch).Average(), losses, files);
    }

    private LatentCache CacheLatents(LatentEncoder encoder, ViewReader views, Action<string>? log, CancellationToken cancellation)
    {
        var store = settings.CacheLatentsToDisk && job.CachePath is not null ? new ContentStore(job.CachePath) : null;
        var cache = new LatentCache(encoder, settings, store, job.OutputFolder);
        var encoded = cache.Fill(dataset, views, cancellation);
        log?.Invoke($"Latents: {encoded} pictures encoded{(store is null ? "" : $", {cache.Count - encoded} from the cache")}.");
        return cache;
    }

    private double Run(TrainingStep step, TrainingBatch batch, LatentSource latents, double rate)
    {
        using var scope = NewDisposeScope();
        var encoded = latents.Encode(batch);
        var noise = tensor([.. batch.Samples.SelectMany(sample => sample.Noise)], dtype: ScalarType.Float32).view(encoded.shape).to(device);
        var input = new StepInput(
            [.. batch.Samples.Select(sample => sample.Tokens)], encoded, noise, [.. batch.Samples.Select(sample => sample.Timestep)])
        {
            Pass = batch.Step,
            TokenWeights = settings.WeightedCaptions ? [.. batch.Samples.Select(sample => sample.TokenWeights!)] : null,
            Mask = batch.Mask(encoded.shape[2], encoded.shape[3])?.to(device),
            Weights = batch.Samples.Any(sample => sample.Weight != 1) ? [.. batch.Samples.Select(sample => sample.Weight)] : null,
        };
        var result = step.Run(
            input, group => rate * (group == ParameterGroup.TextEncoder ? settings.TextEncoderLr : settings.UnetLr ?? settings.LearningRate));
        return double.IsFinite(result.Loss) && (double.IsFinite(result.GradientNorm) || (result.Skipped && scale!.Factor >= 1))
            ? result.Loss
            : throw Diverged(batch, result);
    }

    private static LoraBuildException Diverged(TrainingBatch batch, StepResult result) => new(
        DiagnosticCode.TrainingDiverged,
        $"{(double.IsFinite(result.Loss) ? "A gradient" : "The loss")} is not a number at step {batch.Step + 1}, with "
            + $"{string.Join(", ", batch.Samples.Select(sample => sample.Picture.Name).Distinct())}. Lower LoraUnetLr and LoraTextEncoderLr, and look "
            + "at these pictures; where the base model is sound in 32 bits only, set LoraMixedPrecision to no or bf16.");

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
            ((losses.Count - 1) / plan.StepsPerEpoch) + 1,
            plan.Epochs,
            losses.TakeLast(plan.StepsPerEpoch).Average(),
            speed,
            TimeSpan.FromSeconds((plan.TotalSteps - losses.Count) / speed));
    }

    private string FinalFile => Path.Combine(job.OutputFolder, $"{job.OutputName}.safetensors");

    private string EpochFile(int epoch) => Path.Combine(job.OutputFolder, $"{job.OutputName}-{epoch:000000}.safetensors");

    // The files of the epochs that end before the last step, up to a step.
    private IEnumerable<string> EpochFiles(int steps) => settings.SaveEveryNEpochs == 0
        ? []
        : Enumerable.Range(1, Math.Min(steps / plan.StepsPerEpoch, plan.Epochs - 1)).Where(epoch => epoch % settings.SaveEveryNEpochs == 0).Select(EpochFile);

    private bool EarlierFilesExist(int steps) => EpochFiles(steps).All(File.Exists);

    private void WriteEpoch(int epoch)
    {
        if (settings.SaveEveryNEpochs > 0 && epoch % settings.SaveEveryNEpochs == 0)
            Write(EpochFile(epoch), epoch * plan.StepsPerEpoch, epoch);
    }

    private void Write(string path, int steps, int epoch) => LoraFile.Write(
        path, network, settings.SavePrecision, TrainingMetadata.For(job, dataset, plan, modelFacts, precision, steps, epoch));

    private void Save(string key, List<double> losses) => TrainingState.Save(job.StateFile, key, network.Parameters, optimizer, scale, losses);

    private string Key()
    {
        var key = new StepKey("train", Version)
            .With("engine", $"{typeof(Tensor).Assembly.GetName().Name} {__version__} {device.type}")
            .With("model", modelFacts.Sha256)
            .With("VAE", modelFacts.Vae?.Sha256);
        // A file counts by what is in it, not by where it lies.
        foreach (var (name, value) in (settings with { NetworkWeights = null }).ToOptions())
            key.With(name, value);
        if (settings.NetworkWeights is { } start)
            key.With("network_weights", ContentHash.OfFile(start));
        foreach (var group in job.Manifest.Groups)
        {
            foreach (var picture in group.Pictures)
                key.With($"{group.Repeats}{(group.IsRegularization ? " regularization" : "")}", picture.Sha256).With(picture.File, picture.Caption);
        }

        return key.ToHash().ToString();
    }
}
