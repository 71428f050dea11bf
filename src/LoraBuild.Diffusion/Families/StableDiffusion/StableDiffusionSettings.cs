using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families.StableDiffusion;

/// <summary>The settings of a model that the shapes of its tensors do not tell.</summary>
/// <param name="IsVersion2">True for Stable Diffusion 2.x: OpenCLIP's activation and heads, and another padding token.</param>
/// <param name="UNetHeads">The UNet's attention heads.</param>
/// <param name="UNetNormGroups">The groups of the UNet's normalisations.</param>
/// <param name="TextHeads">The text encoder's attention heads; null for heads of 64 values.</param>
/// <param name="Prediction">The kind of the UNet's prediction, where the files say it.</param>
internal sealed record StableDiffusionSettings(
    bool IsVersion2, AttentionHeads UNetHeads, long UNetNormGroups, long? TextHeads, PredictionType? Prediction)
{
    /// <summary>The factor of latents. sd-scripts multiplies with it whatever the folder says.</summary>
    public const double LatentScale = 0.18215;

    /// <summary>The settings of a single file; what it does not say, as in Stable Diffusion 1.x or 2.x.</summary>
    /// <exception cref="LoraBuildException">LB4003: a value is out of range, or config.json is not JSON.</exception>
    public static StableDiffusionSettings Of(ITensorFile file, bool isVersion2)
    {
        var settings = ModelSettings.Of(file);
        return new StableDiffusionSettings(
            isVersion2,
            settings.UNetHeads ?? Usual(isVersion2),
            settings.Count("unet", "norm_num_groups") ?? ModelSettings.UsualNormGroups,
            settings.Count("clip", "num_attention_heads"),
            settings.Prediction);
    }

    /// <summary>The settings of a diffusers folder, from its parts' config.json.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="unet">Its UNet.</param>
    /// <exception cref="LoraBuildException">LB4003: a value is out of range, or a file is not JSON.</exception>
    public static StableDiffusionSettings Of(DiffusersFolder folder, PartTensors unet)
    {
        var (unetConfig, textConfig) =
            (ConfigFile.Read(folder.ConfigFile(DiffusersFolder.UNet)), ConfigFile.Read(folder.ConfigFile(DiffusersFolder.TextEncoder)));
        var isVersion2 = textConfig.Text("hidden_act") is { } activation
            ? activation == "gelu"
            : unet.Tensors.TryGetValue("middle_block.1.proj_in.weight", out var projection) && projection.Shape.Count == 2;
        return new StableDiffusionSettings(
            isVersion2,
            ModelSettings.HeadsOf(unetConfig) ?? Usual(isVersion2),
            unetConfig.Count("norm_num_groups") ?? ModelSettings.UsualNormGroups,
            textConfig.Count("num_attention_heads"),
            ModelSettings.ToPrediction(ConfigFile.Read(folder.SchedulerFile).Text("prediction_type"), folder.SchedulerFile));
    }

    /// <summary>
    /// Lists everything that is not as in Stable Diffusion 1.x or 2.x, as the entries of a single file's metadata that
    /// <see cref="Of(ITensorFile, bool)"/> reads.
    /// </summary>
    /// <param name="vaeNormGroups">The groups of the autoencoder's normalisations.</param>
    public IEnumerable<KeyValuePair<string, string>> ToMetadata(long vaeNormGroups) => ModelSettings.ToMetadata(
        UNetHeads == Usual(IsVersion2) ? null : UNetHeads,
        ("unet", "norm_num_groups", ModelSettings.UnlessUsual(UNetNormGroups)),
        ("clip", "num_attention_heads", TextHeads),
        ("vae", "norm_num_groups", ModelSettings.UnlessUsual(vaeNormGroups)));

    private static AttentionHeads Usual(bool isVersion2) => isVersion2 ? AttentionHeads.Version2 : AttentionHeads.Version1;
}
