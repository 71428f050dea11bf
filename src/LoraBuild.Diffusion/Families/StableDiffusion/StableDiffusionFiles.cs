using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Diffusion.Vae;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families.StableDiffusion;

/// <summary>A base model's tensors, sorted into parts under the model's own names.</summary>
internal sealed class StableDiffusionFiles
{
    private const string TextTitle = "text encoder", UNetTitle = "UNet";
    private const string Family = StableDiffusionFamily.Name;
    private const string OpenClipPrefix = "cond_stage_model.model.";

    // Stable Diffusion 2.x looks at the last but one of ViT-H's 24 layers; sd-scripts and diffusers drop the last.
    private const int OpenClipLayers = 23;

    private const string TextLevel = "text_model.";

    /// <summary>Sorts the tensors of a model.</summary>
    /// <exception cref="LoraBuildException">LB4001 to LB4003, LB4006 to LB4008, LB6004.</exception>
    public StableDiffusionFiles(ModelSource source)
    {
        (TextEncoder, UNet, Settings) = source.Folder is null ? ReadFile(source.Denoiser) : ReadFolder(source, source.Folder);
        UnknownModel.RequireLatents(UNet);
        var vae = source.Open(source.Files.Vae);
        Vae = AutoencoderKL.PartOf(vae, Family);
        VaeNormGroups = ModelSettings.VaeNormGroups(vae, StableDiffusionSettings.LatentScale, Family);
    }

    /// <summary>The text encoder, by transformers' names below <c>text_model</c>.</summary>
    public PartTensors TextEncoder { get; }

    /// <summary>The UNet, by CompVis' names.</summary>
    public PartTensors UNet { get; }

    /// <summary>The autoencoder, by CompVis' names.</summary>
    public PartTensors Vae { get; }

    /// <summary>The groups of the autoencoder's normalisations.</summary>
    public long VaeNormGroups { get; }

    /// <summary>Settings of the model that the shapes of its tensors do not tell.</summary>
    public StableDiffusionSettings Settings { get; }

    private static (PartTensors Text, PartTensors UNet, StableDiffusionSettings Settings) ReadFile(ITensorFile file)
    {
        var isVersion2 = file.Shapes.Keys.Any(name => name.StartsWith(OpenClipPrefix, StringComparison.Ordinal));
        var text = isVersion2
            ? OpenClipNames.PartOf(TextTitle, Family, file, OpenClipPrefix, OpenClipLayers)
            : TextIn(file, "cond_stage_model.transformer.");
        var unet = PartTensors.Of(UNetTitle, Family, file, StableDiffusionFamily.UNetPrefix);
        return (text, unet, StableDiffusionSettings.Of(file, isVersion2));
    }

    private static (PartTensors Text, PartTensors UNet, StableDiffusionSettings Settings) ReadFolder(
        ModelSource source, DiffusersFolder folder)
    {
        var file = source.Denoiser;
        var unet = PartTensors.Of(UNetTitle, Family, file, "", new DiffusersUNetNames([.. file.Shapes.Keys]).ToCompVis);
        return (TextIn(source.Open(source.Files.TextEncoders[0]), ""), unet, StableDiffusionSettings.Of(folder, unet));
    }

    // Older files (NAI's among them) lack the text_model level.
    private static PartTensors TextIn(ITensorFile file, string prefix) => PartTensors.Of(
        TextTitle, Family, file, file.Shapes.ContainsKey(prefix + "embeddings.token_embedding.weight") ? prefix : prefix + TextLevel);
}
