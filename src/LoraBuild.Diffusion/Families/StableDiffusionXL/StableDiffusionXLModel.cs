using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Diffusion.Vae;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;

namespace LoraBuild.Diffusion.Families.StableDiffusionXL;

/// <summary>An SDXL model, at its full size or a miniature's: all sizes are read off the tensors.</summary>
public sealed class StableDiffusionXLModel : IDiffusionModel
{
    // OpenCLIP fills up captions with the token of id 0.
    private const string SecondPadding = "!";
    private const string Context = "context", Vector = "vector";
    private const string Projection = "text_projection", LinearProjection = "text_projection.weight";
    private const int ChunkTokens = ClipTokenizer.ChunkLength - 2, MaxTokens = 3 * ChunkTokens;

    // SDXL, but no miniature, has text states of this size; it was trained on pictures of this side.
    private const int UsualContext = 2048, UsualSide = 1024;

    private readonly (ClipTokenizer First, ClipTokenizer Second)? tokenizers;
    private readonly TextEncoder firstText, secondText;
    private readonly UNetModel unet;
    private readonly AutoencoderKL vae;
    private readonly Device textDevice;
    private readonly Tensor projection, frequencies;
    private readonly Dictionary<string, string> checkpointMetadata;

    internal StableDiffusionXLModel(string path, StableDiffusionXLFiles files, ScalarType type, Device device, ModelOptions options)
    {
        (Type, Device) = (type, device);
        CheckOptions(path, files, options);
        var parts = new PartLoader(path, options);
        if (parts.Tokenizer is not null)
        {
            var tokenizer = ClipTokenizer.Load(parts.Tokenizer);
            tokenizers = (tokenizer, tokenizer.WithPadding(SecondPadding));
        }

        (textDevice, var textType) = options.PlaceOfText(device, type);
        Tensor? loadedProjection = null;
        try
        {
            // The UNet sees the states after the last layer but one, which is all that there is of the first encoder.
            firstText = parts.Load(files.FirstText, textDevice, textType, weights => new TextEncoder(
                weights, DiffusersFolder.TextEncoder, StableDiffusionXLNames.FirstText, files.TextHeads.First, isOpenClip: false,
                usedLayers: DepthOf(weights) - 1), compresses: options.CompressesText);
            secondText = parts.Load(files.SecondText, textDevice, textType, weights =>
            {
                var encoder = new TextEncoder(
                    weights, $"{DiffusersFolder.TextEncoder}_2", StableDiffusionXLNames.SecondText, files.TextHeads.Second,
                    isOpenClip: true, usedLayers: DepthOf(weights));
                loadedProjection = LoadProjection(weights, encoder.Size);
                return encoder;
            }, compresses: options.CompressesText);
            unet = parts.Load(
                files.UNet, device, type,
                weights => new UNetModel(weights, files.UNetHeads, files.UNetNormGroups, UNetLayerOrder.InTurn),
                StableDiffusionXLNames.UNet,
                options.CompressesDenoiser);
            // SDXL's own autoencoder overflows in half precision.
            vae = parts.Load(files.Vae, device, type == ScalarType.Float16 ? ScalarType.Float32 : type, weights =>
                new AutoencoderKL(weights, files.VaeNormGroups, StableDiffusionXLFiles.LatentScale));
            projection = loadedProjection!;
            Check(parts, files);
        }
        catch
        {
            firstText?.Dispose();
            secondText?.Dispose();
            unet?.Dispose();
            vae?.Dispose();
            loadedProjection?.Dispose();
            throw;
        }

        frequencies = torch.tensor(SizeConditioning.Frequencies()).to(device).DetachFromDisposeScope();
        Parts = [firstText, secondText, unet];
        Sources = parts.Sources;
        WeightBytes = parts.BytesOn(device);
        var prediction = files.Prediction ?? options.Prediction ?? PredictionType.Epsilon;
        Noise = new GaussianProcess(
            NoiseSchedule.StableDiffusion, prediction, files.HasZeroTerminalSnr || options.BeginsWithNoise(prediction));
        checkpointMetadata = files.ToMetadata().Concat(StableDiffusionXLMetadata.OfCheckpoint(PredictsVelocity)).ToDictionary();

        static int DepthOf(Weights weights) => weights.CountOf("encoder.layers");
    }

    /// <inheritdoc/>
    public IReadOnlyList<IModelPart> Parts { get; }

    /// <inheritdoc/>
    public IAutoencoder Autoencoder => vae;

    /// <inheritdoc/>
    public INoiseProcess Noise { get; }

    /// <inheritdoc/>
    public ScalarType Type { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public PixelSize? BestSize => unet.ContextSize == UsualContext ? new(UsualSide, UsualSide) : null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> LoraMetadata => StableDiffusionXLMetadata.OfLora(PredictsVelocity, Noise.HasZeroTerminalSnr);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> CheckpointMetadata => checkpointMetadata;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, StoredTensor> Sources { get; }

    private (ClipTokenizer First, ClipTokenizer Second) Tokenizers =>
        tokenizers ?? throw new InvalidOperationException("The model was loaded without a tokenizer.");

    private bool PredictsVelocity => Noise.Prediction == PredictionType.Velocity;

    /// <summary>Accepts all settings.</summary>
    /// <inheritdoc/>
    public void Check(TrainingSettings settings)
    {
    }

    /// <inheritdoc/>
    public IEnumerable<string> WithoutEffect(TrainingSettings settings) => settings.ClipSkip is null
        ? []
        :
        [
            $"{Options.ClipSkip} has no effect: SDXL always looks at the last hidden states but one, in sd-scripts and in user interfaces. "
            + "Take it away.",
        ];

    /// <inheritdoc/>
    public int LengthOf(string prompt)
    {
        var chunks = (Tokenizers.First.CountWeighted(prompt) + ChunkTokens - 1) / ChunkTokens;
        return Math.Clamp(chunks * ChunkTokens, ChunkTokens, MaxTokens);
    }

    /// <inheritdoc/>
    public int CountTokens(string text, bool weighted) =>
        weighted ? Tokenizers.First.CountWeighted(text) : Tokenizers.First.Tokenize(text).Count;

    /// <inheritdoc/>
    public TokenizedText Tokenize(string text, PictureFrame frame, int maxTokens, bool weighted)
    {
        var sizes = SizeConditioning.Of(frame);
        var (first, second) = Tokenizers;
        if (!weighted)
            return new SizedText(first.Encode(text, maxTokens), second.Encode(text, maxTokens), sizes, null);
        var ids = first.EncodeWeighted(text, maxTokens, out var weights);
        return new SizedText(ids, second.EncodeWeighted(text, maxTokens, out _), sizes, weights);
    }

    /// <summary>Encodes texts; <c>clip_skip</c> changes nothing, as in sd-scripts.</summary>
    /// <inheritdoc/>
    public Conditioning Encode(IReadOnlyList<TokenizedText> texts, int clipSkip = 1, bool keepMean = false)
    {
        using var scope = torch.NewDisposeScope();
        var sized = texts.Cast<SizedText>().ToList();
        // Weights of 1 throughout change nothing.
        var areWeighted = sized.Any(text => text.Weights?.Any(chunk => chunk.Any(weight => weight != 1)) == true);
        var weights = areWeighted ? sized.ConvertAll(text => text.Weights!) : null;
        var firstChunks = new ChunkBatch(sized.ConvertAll(text => text.First));
        var secondChunks = new ChunkBatch(sized.ConvertAll(text => text.Second));
        var firstStates = firstText.States(firstChunks.Ids(textDevice), firstText.Depth - 1);
        var secondStates = secondText.States(secondChunks.Ids(textDevice), secondText.Depth - 1);
        var context = torch.cat([firstChunks.Join(firstStates, weights, keepMean), secondChunks.Join(secondStates, weights, keepMean)], -1);
        var pooled = Pool(secondChunks.First(secondStates), sized);
        if (textDevice.type != Device.type)
            (context, pooled) = (context.to(Device).to_type(Type), pooled.to(Device).to_type(Type));
        var vector = torch.cat([pooled, Embed(sized)], -1);
        (context, vector) = scope.MoveToOuter(context, vector);
        return new(new Dictionary<string, Tensor> { [Context] = context, [Vector] = vector });
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor noisy, Tensor timesteps, Conditioning conditioning) =>
        unet.Forward(noisy, timesteps, conditioning.Tensors[Context], conditioning.Tensors[Vector]);

    /// <inheritdoc/>
    public DryTensor DryPredict(DryRun run, DryTensor noisy, IReadOnlyList<TokenizedText> texts, bool encoded, int clipSkip = 1)
    {
        using var scope = run.Scope();
        var sized = texts.Cast<SizedText>().ToList();
        var (context, vector) = encoded
            ? (run.Given(new ChunkBatch(sized.ConvertAll(text => text.First)).JoinedShape(unet.ContextSize)),
                run.Given(sized.Count, unet.VectorSize!.Value))
            : DryEncode(run, sized);
        return scope.MoveToOuter(unet.DryForward(run, noisy, context, vector));
    }

    /// <inheritdoc/>
    public long WeightBytes { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> ClassesOf(AdaptableLayer layer) => StableDiffusionXLNames.ClassesOf(layer.Name);

    /// <inheritdoc/>
    public BlockLayout Blocks => BlockLayout.StableDiffusionXL;

    /// <inheritdoc/>
    public BlockPlace? BlockOf(AdaptableLayer layer) => StableDiffusionXLNames.BlockOf(layer.Name);

    /// <inheritdoc/>
    public string UsualNameOf(string name) => StableDiffusionXLNames.UsualNameOf(name);

    /// <inheritdoc/>
    public string? LayerNameOf(string part, string path) => StableDiffusionXLNames.LayerNameOf(part, path);

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        firstText.Dispose();
        secondText.Dispose();
        unet.Dispose();
        vae.Dispose();
        projection.Dispose();
        frequencies.Dispose();
    }

    // [size, projected size] for a product from the right, as OpenCLIP has it; a linear layer stores the transposed matrix.
    private static Tensor LoadProjection(Weights weights, long size)
    {
        if (!weights.Has(LinearProjection))
            return weights.Take(Projection, size, weights.ShapeOf(Projection, 2)[1]);
        using var linear = weights.Take(LinearProjection, weights.ShapeOf(LinearProjection, 2)[0], size);
        return linear.t().contiguous().DetachFromDisposeScope();
    }

    private static void CheckOptions(string path, StableDiffusionXLFiles files, ModelOptions options)
    {
        if (options.V2 == true)
        {
            throw new LoraBuildException(
                DiagnosticCode.ModelContradiction,
                "LoraV2 is true, but the base model is SDXL. Remove LoraV2, which the model's files tell.", path);
        }
        if (options.Prediction is { } wanted && files.Prediction is { } known && wanted != known)
            throw ModelSettings.Contradiction(known, path);
    }

    private void Check(PartLoader parts, StableDiffusionXLFiles files)
    {
        parts.RequireTokens(tokenizers?.First, firstText);
        parts.RequireTokens(tokenizers?.First, secondText);
        if (unet.ContextSize != firstText.Size + secondText.Size)
        {
            throw parts.Mismatch(
                $"the text encoders give {firstText.Size} and {secondText.Size} channels, the UNet takes {unet.ContextSize}");
        }

        var vectorSize = projection.shape[1] + (SizeConditioning.Count * SizeConditioning.WavesPerSize);
        if (unet.VectorSize != vectorSize)
        {
            throw parts.Mismatch(
                $"text and sizes give a vector of {vectorSize} numbers, the UNet takes {unet.VectorSize?.ToString() ?? "none"}");
        }

        if (vae.LatentChannels != unet.InChannels)
        {
            throw parts.Mismatch(
                $"the VAE's latents have {vae.LatentChannels} channels, those of the UNet {unet.InChannels}", files.Vae.Path);
        }
    }

    // The last layer's state at the first end of the first chunk; a chunk that has none gives its first state, as in sd-scripts.
    private Tensor Pool(Tensor states, List<SizedText> texts)
    {
        var last = secondText.Finish(states, secondText.Depth - 1);
        var ends = texts.Select(text => Math.Max(0, Array.IndexOf(text.Second[0], Tokenizers.Second.EndId))).ToArray();
        var places = torch.tensor([.. ends.Select((end, i) => ((long)i * ClipTokenizer.ChunkLength) + end)], device: textDevice);
        return last.flatten(0, 1).index_select(0, places).matmul(projection);
    }

    private (DryTensor Context, DryTensor Vector) DryEncode(DryRun run, List<SizedText> texts)
    {
        var first = new ChunkBatch(texts.ConvertAll(text => text.First));
        var second = new ChunkBatch(texts.ConvertAll(text => text.Second));
        var firstStates = firstText.DryStates(run, first.Count, firstText.Depth - 1);
        var secondStates = secondText.DryStates(run, second.Count, secondText.Depth - 1);
        var context = run.Concat(2, first.DryJoin(run, firstStates), second.DryJoin(run, secondStates));
        var chosen = run.Apply([texts.Count, ClipTokenizer.ChunkLength, secondText.Size], [secondStates]);
        var last = secondText.DryFinish(run, chosen, secondText.Depth - 1);
        var pooled = run.Apply([texts.Count, projection.shape[1]], [run.Apply([texts.Count, secondText.Size], [last])]);
        var vector = run.Concat(1, pooled, run.New(texts.Count, unet.VectorSize!.Value - projection.shape[1]));
        return (context, vector);
    }

    private Tensor Embed(List<SizedText> texts)
    {
        var sizes =
            torch.tensor([.. texts.SelectMany(text => text.Sizes.ToArray())], [texts.Count, SizeConditioning.Count], device: Device);
        return SinusoidalEmbedding.Of(sizes, frequencies).flatten(1).to_type(Type);
    }
}

/// <summary>A caption's token ids for both text encoders, and the sizes of its picture.</summary>
/// <param name="First">The ids for CLIP, chunk by chunk.</param>
/// <param name="Second">The ids for OpenCLIP.</param>
/// <param name="Sizes">The sizes.</param>
/// <param name="Weights">A factor for the states of every id; null: 1.</param>
public sealed record SizedText(long[][] First, long[][] Second, SizeConditioning Sizes, float[][]? Weights) : TokenizedText
{
    /// <inheritdoc/>
    public override string Content => $"{Write(First)}|{Write(Second)}|{Write([Sizes.ToArray()])}|{Write(Weights)}";
}
