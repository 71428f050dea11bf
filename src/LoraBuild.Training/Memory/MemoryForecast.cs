using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Settings;
using LoraBuild.Training.Data;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training.Memory;

/// <summary>
/// The bytes that a training takes, predicted from shapes: for its settings, and for others that would need less.
/// </summary>
/// <param name="model">The model with its adapters.</param>
/// <param name="optimizer">The optimizer.</param>
/// <param name="largest">The batch that takes most.</param>
public sealed class MemoryForecast(TrainedModel model, IOptimizer optimizer, BatchShape largest)
{
    /// <summary>The bytes by part.</summary>
    /// <param name="settings">Settings of the same model and adapters, as they are or with less need of memory.</param>
    public PredictedMemory Of(TrainingSettings settings)
    {
        var parameters = model.Network.Parameters;
        var copies = model.Second is null ? 1 : 2;
        var average = settings.EmaDecay is null ? 0 : parameters.Values.numel() * sizeof(float);
        return new(
            copies * (model.Model.WeightBytes - SavedWeights(settings)),
            Bytes(parameters.Values) + (copies * model.Network.FactorBytes),
            copies * Bytes(parameters.Gradients),
            optimizer.State.Values.Sum(Bytes) + average,
            Activations(settings))
        {
            SwappableBlocks = BlockSwap.MostOf(Swappable.Count),
        };
    }

    // None on a CPU, which has no other memory.
    private IReadOnlyList<ISwappedBlock> Swappable => model.Model.Device.type == DeviceType.CPU
        ? []
        : model.Model.Parts.Single(part => part.Kind == PartKind.Denoiser).SwappableBlocks;

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.element_size();

    // What settings would take away of the weights that are there now.
    private long SavedWeights(TrainingSettings settings)
    {
        var saved = SavedByLayers(settings);
        if (settings.BlocksToSwap == 0 || Swappable.Count == 0)
            return saved;
        var compresses = settings.CompressesDenoiser;
        var blocks = Swappable.Select(block => compresses ? block.CompressedBytes : block.Bytes).ToList();
        return saved + blocks.Sum() - BlockSwap.MostBytes(blocks, settings.BlocksToSwap);
    }

    private long SavedByLayers(TrainingSettings settings) => (
        from part in model.Model.Parts
        let isText = part.Kind == PartKind.TextEncoder
        from layer in part.Layers
        where layer.Device.type == model.Model.Device.type
        select isText && settings.UsesCachedTexts && layer.Device.type != DeviceType.CPU ? layer.WeightBytes
            : !layer.IsCompressed && (isText ? settings.CompressesText : settings.CompressesDenoiser)
                ? layer.WeightBytes - layer.CompressedBytes
                : 0).Sum();

    private long Activations(TrainingSettings settings)
    {
        var batch = largest.For(settings);
        var halves = model.Second is null || batch.Texts.Count == 1
            ? [batch]
            : new[] { batch.Part(0, (batch.Texts.Count + 1) / 2), batch.Part((batch.Texts.Count + 1) / 2, batch.Texts.Count / 2) };
        var step = halves.Sum(half => Step(half, settings));
        return settings.UsesCachedLatents ? step : Math.Max(step, Encoding(batch, settings));
    }

    private long Step(BatchShape batch, TrainingSettings settings)
    {
        var parts = model.Model.Parts;
        var before = parts.Select(part => (part, part.GradientCheckpointing)).ToList();
        var untrained = parts.Where(part => part.Kind == PartKind.TextEncoder && settings.NetworkTrainUnetOnly)
            .SelectMany(part => part.Adaptable).Select(layer => (layer, layer.Adapter)).ToList();
        try
        {
            foreach (var part in parts)
                part.GradientCheckpointing = TrainingStep.IsCheckpointed(part, settings);
            foreach (var (layer, _) in untrained)
                layer.Adapter = null;
            return DryStep(batch, settings);
        }
        finally
        {
            foreach (var (part, checkpointing) in before)
                part.GradientCheckpointing = checkpointing;
            foreach (var (layer, adapter) in untrained)
                layer.Adapter = adapter;
        }
    }

    private long DryStep(BatchShape batch, TrainingSettings settings)
    {
        var run = new DryRun(model.Model.Device.type, model.Model.Type);
        run.RunBothWays(() =>
        {
            var side = model.Model.Autoencoder.Reduction;
            var noisy = run.New(
                batch.Texts.Count, model.Model.Autoencoder.LatentChannels, batch.Size.Height / side, batch.Size.Width / side);
            var prediction = model.Model.DryPredict(run, noisy, batch.Texts, settings.UsesCachedTexts, settings.ClipSkip ?? 1);
            var difference = run.Add(prediction, run.New(prediction.Shape));
            return run.Apply([1], [run.Activate(difference)]);
        });
        return run.Peak;
    }

    private long Encoding(BatchShape batch, TrainingSettings settings)
    {
        var vae = model.Model.Autoencoder;
        var run = new DryRun(vae.Device.type, vae.Type);
        using var scope = run.Scope();
        var count = Math.Min(settings.VaeBatchSize, batch.Texts.Count);
        vae.DryEncode(run, run.New(count, 3, batch.Size.Height, batch.Size.Width));
        return run.Peak;
    }
}

/// <summary>The sizes of a batch.</summary>
/// <param name="Texts">The captions, tokenized.</param>
/// <param name="Size">The size of its pictures.</param>
public sealed record BatchShape(IReadOnlyList<TokenizedText> Texts, PixelSize Size)
{
    /// <summary>The batch of a training with the most pixels, with the longest captions of its bucket.</summary>
    public static BatchShape LargestOf(TrainingDataset dataset, IDiffusionModel model, TrainingSettings settings)
    {
        var bucket = dataset.Buckets.MaxBy(bucket =>
            (long)bucket.Size.Width * bucket.Size.Height * Math.Min(bucket.Samples.Count, settings.TrainBatchSize))!;
        var pictures = bucket.Samples.Select(sample => dataset.Pictures[sample])
            .OrderByDescending(picture => picture.Caption.Length).Take(settings.TrainBatchSize);
        return new(
            [.. pictures.Select(picture => model.Tokenize(
                picture.Caption, PictureFrame.Drawn(bucket.Size), settings.MaxTokenLength, settings.WeightedCaptions))],
            bucket.Size);
    }

    /// <summary>The batch under other settings: fewer samples.</summary>
    public BatchShape For(TrainingSettings settings) => this with
    {
        Texts = [.. Texts.Take(settings.TrainBatchSize)],
    };

    /// <summary>Some of its samples.</summary>
    public BatchShape Part(int start, int count) => this with { Texts = [.. Texts.Skip(start).Take(count)] };
}
