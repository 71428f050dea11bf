using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Diffusion.Vae;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion;

/// <summary>
/// The parts of a Stable Diffusion 1.x or 2.x model, at its full size or a miniature's: all sizes are read off the tensors.
/// </summary>
public sealed class StableDiffusion : IDisposable
{
    // Stable Diffusion 2.x fills up captions with it, 1.x with the end's token.
    private const string Version2Padding = "!";

    private StableDiffusion(
        ClipTokenizer tokenizer, TextEncoder textEncoder, UNetModel unet, AutoencoderKL vae, ModelSettings settings, PredictionType prediction)
    {
        Tokenizer = tokenizer;
        TextEncoder = textEncoder;
        UNet = unet;
        Vae = vae;
        IsVersion2 = settings.IsVersion2;
        Settings = settings;
        Prediction = prediction;
    }

    /// <summary>Captions to token ids.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>Token ids to what the UNet attends to.</summary>
    public TextEncoder TextEncoder { get; }

    /// <summary>The noise predictor.</summary>
    public UNetModel UNet { get; }

    /// <summary>Pictures to latents and back.</summary>
    public AutoencoderKL Vae { get; }

    /// <summary>Whether it is of Stable Diffusion 2.x rather than 1.x.</summary>
    public bool IsVersion2 { get; }

    /// <summary>What the UNet's output stands for.</summary>
    public PredictionType Prediction { get; }

    /// <summary>The noise at each timestep.</summary>
    public NoiseSchedule Schedule { get; } = NoiseSchedule.StableDiffusion;

    /// <summary>What the shapes of its tensors do not tell.</summary>
    internal ModelSettings Settings { get; }

    /// <summary>The groups of the autoencoder's normalisations.</summary>
    internal long VaeNormGroups { get; private init; }

    /// <summary>Where the weights of text encoder and UNet lie in the model's files, by the layers' names.</summary>
    internal IReadOnlyDictionary<string, StoredTensor> Sources { get; private init; } = new Dictionary<string, StoredTensor>();

    /// <summary>Loads a model.</summary>
    /// <param name="path">
    /// A checkpoint with CompVis' keys, as .safetensors or torch's own format; a folder that holds exactly one .safetensors file; or a folder
    /// as diffusers writes it. Keys that the model does not use are ignored. A <c>config.json</c> beside a single file or its metadata may
    /// give the numbers of heads and norm groups.
    /// </param>
    /// <param name="dtype">The type to compute in; all weights are loaded straight into it.</param>
    /// <param name="device">Where to run, or null for the CPU.</param>
    /// <param name="options">What the author says of the model; null for nothing.</param>
    /// <exception cref="LoraBuildException">
    /// LB4001: something is missing. LB4002, LB4007: a file is damaged. LB4003: tensors are missing or do not fit, with the first few and what
    /// was expected. LB4004: the tokenizer is missing, damaged, or not this text encoder's. LB4006: a file would run code. LB4008: it is a
    /// model of another kind. LB4009: the options contradict it. LB6004: a file cannot be read.
    /// </exception>
    public static StableDiffusion Load(string path, ScalarType dtype, Device? device = null, ModelOptions? options = null)
    {
        options ??= new ModelOptions();
        path = BaseModelPath.Resolve(path);
        Architecture.RequirePipeline(path);
        using var files = ModelFiles.Open(BaseModelFiles.Of(path, options.Vae));
        var settings = files.Settings;
        CheckOptions(path, settings, options);
        var tokenizerPath = options.Tokenizer ?? ClipVocabulary.FindBeside(path) ?? options.FetchTokenizer?.Invoke() ?? ClipVocabulary.PlacesBeside(path)[0];
        var tokenizer = ClipTokenizer.Load(tokenizerPath, settings.IsVersion2 ? Version2Padding : null);
        device ??= torch.CPU;
        // Who asks for 32 bits on a GPU gets them in convolutions too.
        torch.backends.cudnn.allow_tf32 = false;

        TextEncoder? textEncoder = null;
        UNetModel? unet = null;
        AutoencoderKL? vae = null;
        var sources = new Dictionary<string, StoredTensor>();
        try
        {
            textEncoder = Build(files.TextEncoder, weights => new TextEncoder(weights, settings.TextHeads, settings.IsVersion2));
            if (tokenizer.VocabularySize != textEncoder.VocabularySize)
            {
                throw new LoraBuildException(
                    DiagnosticCode.TokenizerInvalid,
                    $"The tokenizer has {tokenizer.VocabularySize} tokens, but the text encoder of '{path}' knows {textEncoder.VocabularySize}. "
                    + "Use the tokenizer that belongs to the model.",
                    tokenizerPath);
            }
            unet = Build(files.UNet, weights => new UNetModel(weights, settings.UNetHeads, settings.UNetNormGroups));
            if (unet.ContextSize != textEncoder.Size)
                throw Mismatch(path, $"the text encoder gives {textEncoder.Size} channels, the UNet takes {unet.ContextSize}");
            vae = Build(files.Vae, weights => new AutoencoderKL(weights, files.VaeNormGroups));
            if (vae.LatentChannels != unet.InChannels)
                throw Mismatch(files.Vae.Path, $"the VAE's latents have {vae.LatentChannels} channels, those of the UNet {unet.InChannels}");
            return new StableDiffusion(tokenizer, textEncoder, unet, vae, settings, settings.Prediction ?? options.Prediction ?? PredictionType.Epsilon)
            {
                VaeNormGroups = files.VaeNormGroups, Sources = sources,
            };
        }
        catch
        {
            textEncoder?.Dispose();
            unet?.Dispose();
            vae?.Dispose();
            throw;
        }

        T Build<T>(ModelPart part, Func<Weights, T> build)
        {
            using var scope = torch.NewDisposeScope();
            using var frozen = torch.no_grad();
            var weights = new Weights(part, dtype, device, options.Substitute);
            var result = build(weights);
            weights.ThrowIfMisfit();
            foreach (var (layer, stored) in weights.Sources)
                sources.Add(layer, stored);
            return result;
        }
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        TextEncoder.Dispose();
        UNet.Dispose();
        Vae.Dispose();
    }

    private static void CheckOptions(string path, ModelSettings settings, ModelOptions options)
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
        {
            throw new LoraBuildException(
                DiagnosticCode.ModelContradiction,
                $"LoraVParameterization is {(wanted == PredictionType.Velocity ? "true" : "false")}, but the base model says of itself that it predicts "
                + $"{(known == PredictionType.Velocity ? "velocities" : "the noise")}. Set LoraVParameterization to {(known == PredictionType.Velocity ? "true" : "false")}, or use the model that was meant.",
                path);
        }
    }

    private static LoraBuildException Mismatch(string path, string reason) => new(
        DiagnosticCode.CheckpointMismatch, $"The model's parts do not belong together: {reason}. Use parts of one model.", path);
}
