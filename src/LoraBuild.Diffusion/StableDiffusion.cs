using LoraBuild.Core.Diagnostics;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Diffusion.Vae;

namespace LoraBuild.Diffusion;

/// <summary>The parts of a Stable Diffusion 1.x model, at its full size or a miniature's: all sizes are read off the tensors.</summary>
public sealed class StableDiffusion : IDisposable
{
    private StableDiffusion(ClipTokenizer tokenizer, TextEncoder textEncoder, UNetModel unet, AutoencoderKL vae)
    {
        Tokenizer = tokenizer;
        TextEncoder = textEncoder;
        UNet = unet;
        Vae = vae;
    }

    /// <summary>Captions to token ids.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>Token ids to what the UNet attends to.</summary>
    public TextEncoder TextEncoder { get; }

    /// <summary>The noise predictor.</summary>
    public UNetModel UNet { get; }

    /// <summary>Pictures to latents and back.</summary>
    public AutoencoderKL Vae { get; }

    /// <summary>The noise at each timestep.</summary>
    public NoiseSchedule Schedule { get; } = NoiseSchedule.StableDiffusion;

    /// <summary>Loads a model from a single file.</summary>
    /// <param name="checkpointPath">
    /// A .safetensors file with CompVis' keys, or a folder that holds exactly one. Keys that the model does not use are ignored. A
    /// <c>config.json</c> beside the file or its metadata may give the numbers of heads and norm groups.
    /// </param>
    /// <param name="dtype">The type to compute in; the autoencoder and the frozen weights are loaded in it.</param>
    /// <param name="device">Where to run, or null for the CPU.</param>
    /// <param name="tokenizerPath">
    /// A folder with CLIP's <c>merges.txt</c> or that file; null for the folder <c>tokenizer</c> beside the checkpoint.
    /// </param>
    /// <exception cref="LoraBuildException">
    /// LB4001: the checkpoint is missing. LB4002: it is damaged. LB4003: tensors are missing or do not fit, with the first few and what was
    /// expected. LB4004: the tokenizer is missing, damaged, or not this text encoder's.
    /// </exception>
    public static StableDiffusion Load(string checkpointPath, ScalarType dtype, Device? device = null, string? tokenizerPath = null)
    {
        using var file = SafetensorsFile.Open(FileAt(checkpointPath));
        var settings = ModelSettings.Of(file);
        tokenizerPath ??= Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, "tokenizer");
        var tokenizer = ClipTokenizer.Load(tokenizerPath);
        device ??= torch.CPU;

        TextEncoder? textEncoder = null;
        UNetModel? unet = null;
        try
        {
            textEncoder = Build(TextPrefix(file), "text encoder", weights => new TextEncoder(weights, settings.TextHeads));
            if (tokenizer.VocabularySize != textEncoder.VocabularySize)
            {
                throw new LoraBuildException(
                    DiagnosticCode.TokenizerInvalid,
                    $"The tokenizer has {tokenizer.VocabularySize} tokens, but the text encoder of '{file.Path}' knows {textEncoder.VocabularySize}. "
                    + "Use the tokenizer that belongs to the model.",
                    tokenizerPath);
            }
            unet = Build("model.diffusion_model.", "UNet", weights => new UNetModel(weights, settings.UNetHeads, settings.UNetNormGroups));
            var vae = Build("first_stage_model.", "VAE", weights => new AutoencoderKL(weights, settings.VaeNormGroups));
            return new StableDiffusion(tokenizer, textEncoder, unet, vae);
        }
        catch
        {
            textEncoder?.Dispose();
            unet?.Dispose();
            throw;
        }

        T Build<T>(string prefix, string part, Func<Weights, T> build)
        {
            using var scope = torch.NewDisposeScope();
            using var frozen = torch.no_grad();
            var weights = new Weights(file, prefix, part, dtype, device);
            var result = build(weights);
            weights.ThrowIfMisfit();
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

    private static string FileAt(string path)
    {
        if (!Directory.Exists(path))
            return path;
        var files = Directory.GetFiles(path, "*.safetensors");
        return files.Length == 1 ? files[0] : throw new LoraBuildException(
            DiagnosticCode.BaseModelMissing, $"The folder holds {files.Length} .safetensors files instead of one. Name the file to use.", path);
    }

    // Older files (NAI's among them) lack the text_model level.
    private static string TextPrefix(SafetensorsFile file)
    {
        const string prefix = "cond_stage_model.transformer.";
        return file.Tensors.ContainsKey(prefix + "embeddings.token_embedding.weight") ? prefix : prefix + "text_model.";
    }
}
