using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Diffusion.Vae;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;

namespace LoraBuild.Diffusion.Families.StableDiffusion;

/// <summary>
/// A Stable Diffusion 1.x or 2.x model, at its full size or a miniature's: all sizes are read off the tensors.
/// </summary>
public sealed class StableDiffusionModel : IDiffusionModel
{
    // Stable Diffusion 2.x fills up captions with it, 1.x with the end's token.
    private const string Version2Padding = "!";
    private const string Context = "context";
    private const int ChunkTokens = ClipTokenizer.ChunkLength - 2, MaxTokens = 3 * ChunkTokens;

    // Stable Diffusion 1.x, but no miniature and no 2.x, has text states of this size; it was trained on pictures of this side.
    private const int Version1Context = 768, Version1Side = 512;

    private readonly StableDiffusionSettings settings;
    private readonly long vaeNormGroups;
    private readonly ClipTokenizer? tokenizer;
    private readonly Device textDevice;

    internal StableDiffusionModel(string path, StableDiffusionFiles files, ScalarType type, Device device, ModelOptions options)
    {
        (settings, vaeNormGroups) = (files.Settings, files.VaeNormGroups);
        (Type, Device) = (type, device);
        CheckOptions(path, settings, options);
        var parts = new PartLoader(path, options);
        tokenizer = parts.Tokenizer is null ? null : ClipTokenizer.Load(parts.Tokenizer, settings.IsVersion2 ? Version2Padding : null);
        try
        {
            (textDevice, var textType) = options.PlaceOfText(device, type);
            TextEncoder = parts.Load(files.TextEncoder, textDevice, textType, weights => new TextEncoder(
                weights, DiffusersFolder.TextEncoder, StableDiffusionNames.TextPrefix, settings.TextHeads, settings.IsVersion2),
                compresses: options.CompressesText);
            parts.RequireTokens(tokenizer, TextEncoder);
            UNet = parts.Load(
                files.UNet, device, type, weights => new UNetModel(weights, settings.UNetHeads, settings.UNetNormGroups),
                compresses: options.CompressesDenoiser);
            if (UNet.ContextSize != TextEncoder.Size)
                throw parts.Mismatch($"the text encoder gives {TextEncoder.Size} channels, the UNet takes {UNet.ContextSize}");
            Vae = parts.Load(
                files.Vae, device, type, weights => new AutoencoderKL(weights, vaeNormGroups, StableDiffusionSettings.LatentScale));
            if (Vae.LatentChannels != UNet.InChannels)
            {
                throw parts.Mismatch(
                    $"the VAE's latents have {Vae.LatentChannels} channels, those of the UNet {UNet.InChannels}", files.Vae.Path);
            }
        }
        catch
        {
            TextEncoder?.Dispose();
            UNet?.Dispose();
            Vae?.Dispose();
            throw;
        }

        Parts = [TextEncoder, UNet];
        Sources = parts.Sources;
        WeightBytes = parts.BytesOn(Device);
        var prediction = settings.Prediction ?? options.Prediction ?? PredictionType.Epsilon;
        Noise = new GaussianProcess(NoiseSchedule.StableDiffusion, prediction, options.BeginsWithNoise(prediction));
    }

    /// <summary>Captions to token ids.</summary>
    public ClipTokenizer Tokenizer => tokenizer ?? throw new InvalidOperationException("The model was loaded without a tokenizer.");

    /// <summary>Token ids to the states that the UNet attends to.</summary>
    public TextEncoder TextEncoder { get; }

    /// <summary>The denoiser.</summary>
    public UNetModel UNet { get; }

    /// <summary>Pictures to latents and back.</summary>
    public AutoencoderKL Vae { get; }

    /// <summary>True if it is of Stable Diffusion 2.x rather than 1.x.</summary>
    public bool IsVersion2 => settings.IsVersion2;

    /// <inheritdoc/>
    public IReadOnlyList<IModelPart> Parts { get; }

    /// <inheritdoc/>
    public IAutoencoder Autoencoder => Vae;

    /// <inheritdoc/>
    public INoiseProcess Noise { get; }

    /// <inheritdoc/>
    public ScalarType Type { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public PixelSize? BestSize => !IsVersion2 && TextEncoder.Size == Version1Context ? new(Version1Side, Version1Side) : null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> LoraMetadata => StableDiffusionMetadata.OfLora(IsVersion2, PredictsVelocity);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> CheckpointMetadata =>
        settings.ToMetadata(vaeNormGroups).Concat(StableDiffusionMetadata.OfCheckpoint(IsVersion2, PredictsVelocity)).ToDictionary();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, StoredTensor> Sources { get; }

    private bool PredictsVelocity => Noise.Prediction == PredictionType.Velocity;

    /// <inheritdoc/>
    public void Check(TrainingSettings settings)
    {
        if (settings.ClipSkip > TextEncoder.Depth)
        {
            throw new LoraBuildException(
                DiagnosticCode.InvalidTrainingSetting,
                $"LoraClipSkip is {settings.ClipSkip}, but the base model's text encoder has only {TextEncoder.Depth} layers.");
        }
    }

    /// <inheritdoc/>
    public IEnumerable<string> WithoutEffect(TrainingSettings settings) => [];

    /// <inheritdoc/>
    public int LengthOf(string prompt)
    {
        var chunks = (Tokenizer.CountWeighted(prompt) + ChunkTokens - 1) / ChunkTokens;
        return Math.Clamp(chunks * ChunkTokens, ChunkTokens, MaxTokens);
    }

    /// <inheritdoc/>
    public int CountTokens(string text, bool weighted) => weighted ? Tokenizer.CountWeighted(text) : Tokenizer.Tokenize(text).Count;

    /// <inheritdoc/>
    public TokenizedText Tokenize(string text, PictureFrame frame, int maxTokens, bool weighted)
    {
        if (!weighted)
            return new ClipText(Tokenizer.Encode(text, maxTokens));
        var chunks = Tokenizer.EncodeWeighted(text, maxTokens, out var weights);
        return new ClipText(chunks, weights);
    }

    /// <inheritdoc/>
    public Conditioning Encode(IReadOnlyList<TokenizedText> texts, int clipSkip = 1, bool keepMean = false)
    {
        var chunks = texts.Cast<ClipText>().ToList();
        // Weights of 1 throughout change nothing.
        var areWeighted = chunks.Any(text => text.Weights?.Any(chunk => chunk.Any(weight => weight != 1)) == true);
        var weights = areWeighted ? chunks.ConvertAll(text => text.Weights!) : null;
        var context = TextEncoder.Encode(chunks.ConvertAll(text => text.Chunks), clipSkip, weights, keepMean);
        if (textDevice.type != Device.type)
            context = context.to(Device).to_type(Type);
        return new(new Dictionary<string, Tensor> { [Context] = context });
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor noisy, Tensor timesteps, Conditioning conditioning) =>
        UNet.Forward(noisy, timesteps, conditioning.Tensors[Context]);

    /// <inheritdoc/>
    public DryTensor DryPredict(DryRun run, DryTensor noisy, IReadOnlyList<TokenizedText> texts, bool encoded, int clipSkip = 1)
    {
        using var scope = run.Scope();
        var chunks = new ChunkBatch([.. texts.Cast<ClipText>().Select(text => text.Chunks)]);
        var context = encoded ? run.Given(chunks.JoinedShape(TextEncoder.Size)) : EncodeDry();
        return scope.MoveToOuter(UNet.DryForward(run, noisy, context, null));

        DryTensor EncodeDry()
        {
            using var inner = run.Scope();
            var count = TextEncoder.Depth + 1 - clipSkip;
            var states = TextEncoder.DryStates(run, chunks.Count, count);
            return inner.MoveToOuter(chunks.DryJoin(run, TextEncoder.DryFinish(run, states, TextEncoder.Depth)));
        }
    }

    /// <inheritdoc/>
    public long WeightBytes { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> ClassesOf(AdaptableLayer layer) => StableDiffusionNames.ClassesOf(layer.Name);

    /// <inheritdoc/>
    public BlockLayout Blocks => BlockLayout.StableDiffusion;

    /// <inheritdoc/>
    public BlockPlace? BlockOf(AdaptableLayer layer) => StableDiffusionNames.BlockOf(layer.Name);

    /// <summary>The name itself: all programs that write this form have sd-scripts' names.</summary>
    /// <inheritdoc/>
    public string UsualNameOf(string name) => name;

    /// <inheritdoc/>
    public string? LayerNameOf(string part, string path) => StableDiffusionNames.LayerNameOf(part, path);

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        TextEncoder.Dispose();
        UNet.Dispose();
        Vae.Dispose();
    }

    private static void CheckOptions(string path, StableDiffusionSettings settings, ModelOptions options)
    {
        if (options.V2 is { } said && said != settings.IsVersion2)
        {
            throw new LoraBuildException(
                DiagnosticCode.ModelContradiction,
                $"LoraV2 is {(said ? "true" : "false")}, but the base model is of Stable Diffusion {(settings.IsVersion2 ? 2 : 1)}.x. "
                + "Remove LoraV2, which the model's files tell, or use the model that was meant.",
                path);
        }

        if (options.Prediction is { } wanted && settings.Prediction is { } known && wanted != known)
            throw ModelSettings.Contradiction(known, path);
    }
}

/// <summary>A caption's token ids in chunks of 77, as CLIP takes them.</summary>
/// <param name="Chunks">The ids, chunk by chunk.</param>
/// <param name="Weights">A factor for the states of every id; null: 1.</param>
public sealed record ClipText(long[][] Chunks, float[][]? Weights = null) : TokenizedText
{
    /// <inheritdoc/>
    public override string Content => $"{Write(Chunks)}|{Write(Weights)}";
}
