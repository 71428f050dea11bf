using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;

namespace LoraBuild.Diffusion.Families;

/// <summary>
/// The settings of a file of weights that the shapes of its tensors do not tell: from a <c>config.json</c> beside it that has an object
/// <c>unet</c>, then from its metadata under dotted names such as <c>unet.num_heads</c>.
/// </summary>
internal sealed class ModelSettings
{
    /// <summary>The usual number of groups of normalisations.</summary>
    public const long UsualNormGroups = 32;

    private const string ConfigName = "config.json";

    private readonly ITensorFile file;
    private readonly ConfigFile config;

    // A config.json of another kind (a diffusers folder's, say) says nothing about this file.
    private readonly bool isOurs;

    private ModelSettings(ITensorFile file)
    {
        this.file = file;
        config = ConfigFile.Read(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file.Path))!, ConfigName));
        isOurs = config.Has("unet");
    }

    /// <summary>The meaning of the denoiser's output, where the file says it.</summary>
    /// <exception cref="LoraBuildException">LB4008: it says something else than noise or velocity.</exception>
    public PredictionType? Prediction =>
        ToPrediction(
            (isOurs ? config.Text("prediction_type") : null) ?? file.Metadata.GetValueOrDefault("modelspec.prediction_type"), file.Path);

    /// <summary>The split into attention heads, where the file says it.</summary>
    /// <exception cref="LoraBuildException">LB4003: a value is out of range.</exception>
    public AttentionHeads? UNetHeads => Count("unet", "num_heads") is { } count ? new AttentionHeads(count)
        : Count("unet", "num_head_channels") is { } size ? new AttentionHeads(Size: size)
        : null;

    /// <summary>The settings of a file.</summary>
    /// <exception cref="LoraBuildException">LB4003: config.json is not JSON. LB6004: it cannot be read.</exception>
    public static ModelSettings Of(ITensorFile file) => new(file);

    /// <summary>
    /// The groups of an autoencoder's normalisations: from a config.json beside its file, in the form of a single file's or in diffusers'
    /// own; else 32.
    /// </summary>
    /// <param name="file">The autoencoder's file.</param>
    /// <param name="latentScale">The factor of the family's latents.</param>
    /// <param name="family">The family's name in messages.</param>
    /// <exception cref="LoraBuildException">LB4003: a value is out of range. LB4008: it is that of another architecture.</exception>
    public static long VaeNormGroups(ITensorFile file, double latentScale, string family)
    {
        var settings = Of(file);
        if (settings.config.Text("_class_name") != "AutoencoderKL")
            return settings.Count("vae", "norm_num_groups") ?? UsualNormGroups;
        if (settings.config.Real("scaling_factor") is { } scale && scale != latentScale)
        {
            throw new LoraBuildException(
                DiagnosticCode.WrongArchitecture,
                $"The VAE scales latents by {scale}, that of {family} by {latentScale}: it belongs to another architecture. Use another "
                + "VAE.",
                file.Path);
        }
        return settings.config.Count("norm_num_groups") ?? UsualNormGroups;
    }

    /// <summary>The split into attention heads that the config.json of a diffusers UNet says, or null.</summary>
    /// <exception cref="LoraBuildException">LB4003: a value is out of range.</exception>
    public static AttentionHeads? HeadsOf(ConfigFile config)
    {
        // What diffusers calls attention_head_dim is the number of heads in the UNets of Stable Diffusion.
        var name = config.Has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim";
        if (config.Counts(name) is { } perLevel)
            return new AttentionHeads(PerLevel: perLevel);
        return config.Count(name) is { } count ? new AttentionHeads(count) : null;
    }

    /// <summary>The meaning of a text such as <c>v_prediction</c>; null for null.</summary>
    /// <exception cref="LoraBuildException">LB4008: it is none that can be trained.</exception>
    public static PredictionType? ToPrediction(string? text, string path) => text switch
    {
        null => null,
        "epsilon" => PredictionType.Epsilon,
        "v_prediction" or "v" => PredictionType.Velocity,
        _ => throw new LoraBuildException(
            DiagnosticCode.WrongArchitecture, $"The model's prediction_type is '{text}'; LoraBuild trains epsilon and v_prediction.", path),
    };

    /// <summary>The error for a <c>LoraVParameterization</c> that says something else than the model's files.</summary>
    /// <param name="known">The prediction that the files name.</param>
    /// <param name="path">The model.</param>
    public static LoraBuildException Contradiction(PredictionType known, string path)
    {
        var (said, right, answer) = known == PredictionType.Velocity ? ("false", "true", "velocities") : ("true", "false", "the noise");
        return new(
            DiagnosticCode.ModelContradiction,
            $"LoraVParameterization is {said}, but the base model says of itself that it predicts {answer}. "
            + $"Set LoraVParameterization to {right}, or use the model that was meant.",
            path);
    }

    /// <summary>The entries of a file's metadata that say the same as some settings.</summary>
    /// <param name="unetHeads">The UNet's attention heads; null where they are the family's usual ones.</param>
    /// <param name="others">Whole numbers by name; null for those that need not be said.</param>
    public static IEnumerable<KeyValuePair<string, string>> ToMetadata(
        AttentionHeads? unetHeads, params (string Part, string Key, long? Value)[] others) =>
        from entry in (IEnumerable<(string Part, string Key, long? Value)>)
            [
                ("unet", "num_heads", unetHeads?.Count),
                ("unet", "num_head_channels", unetHeads is { Count: null } ? unetHeads.Size : null),
                .. others,
            ]
        where entry.Value is not null
        select KeyValuePair.Create($"{entry.Part}.{entry.Key}", entry.Value!.Value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A number of groups where it need be said; null for the usual one.</summary>
    public static long? UnlessUsual(long groups) => groups == UsualNormGroups ? null : groups;

    /// <summary>A whole number from 1 up, or null.</summary>
    /// <exception cref="LoraBuildException">LB4003: it is something else.</exception>
    public long? Count(string part, string key) => (isOurs ? config.Count(part, key) : null) ?? FromMetadata(part, key);

    private long? FromMetadata(string part, string key) =>
        file.Metadata.TryGetValue($"{part}.{key}", out var text) ? ConfigFile.ToCount(text, $"{part}.{key}", file.Path) : null;
}
