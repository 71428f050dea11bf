using System.Globalization;
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
    private const string ConfigName = "config.json";
    private const long UsualNormGroups = 32;

    /// <summary>The factor of latents. sd-scripts multiplies with it whatever the folder says.</summary>
    public const double LatentScale = 0.18215;

    /// <summary>
    /// The settings of a single file: from a <c>config.json</c> beside it that has an object <c>unet</c>, then from its metadata under
    /// dotted names such as <c>unet.num_heads</c>; else as in Stable Diffusion 1.x or 2.x.
    /// </summary>
    /// <exception cref="LoraBuildException">LB4003: a value is out of range, or config.json is not JSON.</exception>
    public static StableDiffusionSettings Of(ITensorFile file, bool isVersion2)
    {
        var config = ConfigBeside(file);
        // A config.json of another kind (a diffusers folder's, say) says nothing about this file.
        var isOurs = config.Has("unet");
        var heads = Count("unet", "num_heads") is { } count ? new AttentionHeads(count)
            : Count("unet", "num_head_channels") is { } size ? new AttentionHeads(Size: size)
            : Usual(isVersion2);
        return new StableDiffusionSettings(
            isVersion2,
            heads,
            Count("unet", "norm_num_groups") ?? UsualNormGroups,
            Count("clip", "num_attention_heads"),
            PredictionOf(
                (isOurs ? config.Text("prediction_type") : null) ?? file.Metadata.GetValueOrDefault("modelspec.prediction_type"),
                file.Path));

        long? Count(string part, string key) => (isOurs ? config.Count(part, key) : null) ?? FromMetadata(file, part, key);
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
            HeadsOf(unetConfig) ?? Usual(isVersion2),
            unetConfig.Count("norm_num_groups") ?? UsualNormGroups,
            textConfig.Count("num_attention_heads"),
            PredictionOf(ConfigFile.Read(folder.SchedulerFile).Text("prediction_type"), folder.SchedulerFile));
    }

    /// <summary>
    /// The groups of an autoencoder's normalisations: from a config.json beside its file, in the form of a single file's or in diffusers'
    /// own; else 32.
    /// </summary>
    /// <exception cref="LoraBuildException">LB4003: a value is out of range. LB4008: it is the autoencoder of another
    /// architecture.</exception>
    public static long VaeNormGroups(ITensorFile file)
    {
        var config = ConfigBeside(file);
        if (config.Text("_class_name") == "AutoencoderKL")
        {
            if (config.Real("scaling_factor") is { } scale && scale != LatentScale)
            {
                throw new LoraBuildException(
                    DiagnosticCode.WrongArchitecture,
                    $"The VAE scales latents by {scale}, that of Stable Diffusion 1.x and 2.x by {LatentScale}: it belongs to another "
                    + "architecture. Use another VAE.",
                    file.Path);
            }
            return config.Count("norm_num_groups") ?? UsualNormGroups;
        }
        return (config.Has("unet") ? config.Count("vae", "norm_num_groups") : null) ?? FromMetadata(file, "vae", "norm_num_groups")
            ?? UsualNormGroups;
    }

    /// <summary>
    /// Lists everything that is not as in Stable Diffusion 1.x or 2.x, as the entries of a single file's metadata that
    /// <see cref="Of(ITensorFile, bool)"/> reads.
    /// </summary>
    /// <param name="vaeNormGroups">The groups of the autoencoder's normalisations.</param>
    public IEnumerable<KeyValuePair<string, string>> ToMetadata(long vaeNormGroups)
    {
        var areUsual = UNetHeads == Usual(IsVersion2);
        var entries = new (string Name, long? Value)[]
        {
            ("unet.num_heads", areUsual ? null : UNetHeads.Count),
            ("unet.num_head_channels", areUsual || UNetHeads.Count is not null ? null : UNetHeads.Size),
            ("unet.norm_num_groups", UNetNormGroups == UsualNormGroups ? null : UNetNormGroups),
            ("clip.num_attention_heads", TextHeads),
            ("vae.norm_num_groups", vaeNormGroups == UsualNormGroups ? null : vaeNormGroups),
        };
        return entries.Where(entry => entry.Value is not null)
            .Select(entry => KeyValuePair.Create(entry.Name, entry.Value!.Value.ToString(CultureInfo.InvariantCulture)));
    }

    private static ConfigFile ConfigBeside(ITensorFile file) =>
        ConfigFile.Read(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, ConfigName));

    private static long? FromMetadata(ITensorFile file, string part, string key) =>
        file.Metadata.TryGetValue($"{part}.{key}", out var text) ? ConfigFile.ToCount(text, $"{part}.{key}", file.Path) : null;

    private static AttentionHeads Usual(bool isVersion2) => isVersion2 ? AttentionHeads.Version2 : AttentionHeads.Version1;

    // What diffusers calls attention_head_dim is the number of heads in the UNets of Stable Diffusion.
    private static AttentionHeads? HeadsOf(ConfigFile config)
    {
        var name = config.Has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim";
        if (config.Counts(name) is { } perLevel)
            return new AttentionHeads(PerLevel: perLevel);
        return config.Count(name) is { } count ? new AttentionHeads(count) : null;
    }

    private static PredictionType? PredictionOf(string? text, string path) => text switch
    {
        null => null,
        "epsilon" => PredictionType.Epsilon,
        "v_prediction" or "v" => PredictionType.Velocity,
        _ => throw new LoraBuildException(
            DiagnosticCode.WrongArchitecture, $"The model's prediction_type is '{text}'; LoraBuild trains epsilon and v_prediction.", path),
    };
}
