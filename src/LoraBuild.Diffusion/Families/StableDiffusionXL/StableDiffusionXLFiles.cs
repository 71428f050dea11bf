using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Diffusion.Vae;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families.StableDiffusionXL;

/// <summary>A base model's tensors, sorted into parts under the model's own names, and what shapes do not tell.</summary>
internal sealed class StableDiffusionXLFiles
{
    /// <summary>The factor of latents.</summary>
    public const double LatentScale = 0.13025;

    // Empty tensors by which authors mark a checkpoint: NoobAI's, and what ComfyUI looks for.
    private const string VelocityMark = "v_pred", ZeroTerminalMark = "ztsnr";

    private const string FirstTitle = "first text encoder", SecondTitle = "second text encoder", UNetTitle = "UNet";
    private const string TextLevel = "text_model.", Projection = "text_projection.weight";
    private const string Family = StableDiffusionXLFamily.Name;

    /// <summary>Sorts the tensors of a model.</summary>
    /// <exception cref="LoraBuildException">LB4001 to LB4003, LB4006 to LB4008, LB6004.</exception>
    public StableDiffusionXLFiles(ModelSource source)
    {
        if (source.Folder is { } folder)
        {
            ReadFolder(source, folder);
        }
        else
        {
            ReadFile(source.Denoiser);
        }
        UnknownModel.RequireLatents(UNet);
        var vae = source.Open(source.Files.Vae);
        Vae = AutoencoderKL.PartOf(vae, Family);
        VaeNormGroups = ModelSettings.VaeNormGroups(vae, LatentScale, Family);
    }

    /// <summary>CLIP's text encoder, by transformers' names below <c>text_model</c>.</summary>
    public PartTensors FirstText { get; private set; } = null!;

    /// <summary>OpenCLIP's text encoder, likewise, and its <c>text_projection</c>; with <c>.weight</c> a linear layer's.</summary>
    public PartTensors SecondText { get; private set; } = null!;

    /// <summary>The UNet, by Stability AI's names.</summary>
    public PartTensors UNet { get; private set; } = null!;

    /// <summary>The autoencoder, by CompVis' names.</summary>
    public PartTensors Vae { get; }

    /// <summary>The groups of the autoencoder's normalisations.</summary>
    public long VaeNormGroups { get; }

    /// <summary>The UNet's attention heads: of 64 values, unless the files say otherwise.</summary>
    public AttentionHeads UNetHeads { get; private set; } = new();

    /// <summary>The groups of the UNet's normalisations.</summary>
    public long UNetNormGroups { get; private set; } = ModelSettings.UsualNormGroups;

    /// <summary>The heads of the text encoders; null for heads of 64 values.</summary>
    public (long? First, long? Second) TextHeads { get; private set; }

    /// <summary>The meaning of the UNet's output, where the files say it.</summary>
    public PredictionType? Prediction { get; private set; }

    /// <summary>True if the files say that the model was trained with <c>zero_terminal_snr</c>.</summary>
    public bool HasZeroTerminalSnr { get; private set; }

    /// <summary>Everything that is not as in SDXL, as the entries of a single file's metadata that say it.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToMetadata() => ModelSettings.ToMetadata(
        UNetHeads == new AttentionHeads() ? null : UNetHeads,
        ("unet", "norm_num_groups", ModelSettings.UnlessUsual(UNetNormGroups)),
        ("clip", "num_attention_heads", TextHeads.First),
        ("clip_2", "num_attention_heads", TextHeads.Second),
        ("vae", "norm_num_groups", ModelSettings.UnlessUsual(VaeNormGroups)));

    private void ReadFile(ITensorFile file)
    {
        var settings = ModelSettings.Of(file);
        FirstText = PartTensors.Of(FirstTitle, Family, file, StableDiffusionXLFamily.FirstTextPrefix);
        SecondText = OpenClipNames.PartOf(SecondTitle, Family, file, StableDiffusionXLFamily.SecondTextPrefix);
        UNet = PartTensors.Of(UNetTitle, Family, file, StableDiffusionXLFamily.UNetPrefix);
        UNetHeads = settings.UNetHeads ?? UNetHeads;
        UNetNormGroups = settings.Count("unet", "norm_num_groups") ?? UNetNormGroups;
        TextHeads = (settings.Count("clip", "num_attention_heads"), settings.Count("clip_2", "num_attention_heads"));
        Prediction = settings.Prediction ?? (file.Shapes.ContainsKey(VelocityMark) ? PredictionType.Velocity : null);
        HasZeroTerminalSnr = file.Shapes.ContainsKey(ZeroTerminalMark);
    }

    private void ReadFolder(ModelSource source, DiffusersFolder folder)
    {
        var unet = source.Denoiser;
        FirstText = TextIn(FirstTitle, source.Open(source.Files.TextEncoders[0]));
        SecondText = TextIn(SecondTitle, source.Open(source.Files.TextEncoders[1]));
        UNet = PartTensors.Of(UNetTitle, Family, unet, "", new DiffusersUNetNames([.. unet.Shapes.Keys]).ToCompVis);
        var (unetConfig, scheduler) = (ConfigFile.Read(folder.ConfigFile(DiffusersFolder.UNet)), ConfigFile.Read(folder.SchedulerFile));
        UNetHeads = ModelSettings.HeadsOf(unetConfig) ?? UNetHeads;
        UNetNormGroups = unetConfig.Count("norm_num_groups") ?? UNetNormGroups;
        TextHeads = (HeadsIn(folder.TextEncoders[0]), HeadsIn(folder.TextEncoders[1]));
        Prediction = ModelSettings.ToPrediction(scheduler.Text("prediction_type"), folder.SchedulerFile);
        HasZeroTerminalSnr = scheduler.Flag("rescale_betas_zero_snr") ?? false;

        long? HeadsIn(string part) => ConfigFile.Read(folder.ConfigFile(part)).Count("num_attention_heads");
    }

    private static PartTensors TextIn(string title, ITensorFile file) => PartTensors.Of(
        title,
        Family,
        file,
        "",
        name => name == Projection ? name : name.StartsWith(TextLevel, StringComparison.Ordinal) ? name[TextLevel.Length..] : null);
}
