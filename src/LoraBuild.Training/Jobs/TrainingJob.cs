using LoraBuild.Dataset.Manifest;
using LoraBuild.Diffusion.Families;
using LoraBuild.Settings;
using LoraBuild.Settings.Sampling;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training.Jobs;

/// <summary>A training to do: its dataset, model and settings, and the place of its results.</summary>
/// <param name="DatasetFolder">The folder of the finished dataset.</param>
/// <param name="Manifest">The folder's content.</param>
/// <param name="BaseModel">The checkpoint to train on, or a folder as diffusers writes it.</param>
/// <param name="Tokenizer">The tokenizer's folder or file; null to look beside the checkpoint.</param>
/// <param name="Settings">The settings of the training.</param>
/// <param name="OutputFolder">The folder that gets the <c>.safetensors</c> files.</param>
/// <param name="OutputName">The LoRA's file name without extension.</param>
/// <param name="StateFile">The file in which an interrupted training leaves its state for the next one.</param>
/// <param name="Key">
/// The hash of all that the result follows from: the state of an interrupted training goes on only in one of the same key.
/// </param>
public sealed record TrainingJob(
    string DatasetFolder,
    DatasetManifest Manifest,
    string BaseModel,
    string? Tokenizer,
    TrainingSettings Settings,
    string OutputFolder,
    string OutputName,
    string StateFile,
    string Key)
{
    /// <summary>A VAE to take instead of the checkpoint's, or null.</summary>
    public string? Vae { get; init; }

    /// <summary>As <see cref="ModelOptions.FetchTokenizer"/>.</summary>
    public Func<string>? FetchTokenizer { get; init; }

    /// <summary>True to compute with deterministic algorithms on a GPU, where the engine has them. A CPU's operators always are.</summary>
    public bool Deterministic { get; init; }

    /// <summary>The folder of the content store, for latents that are cached on disk; null: they are cached in memory only.</summary>
    public string? CachePath { get; init; }

    /// <summary>
    /// Stop at the first step boundary after this time, models' loading included, with the state saved; but not before one step is done,
    /// so that every run comes nearer to the end. Null: run to the end.
    /// </summary>
    public TimeSpan? StopAfter { get; init; }

    /// <summary>
    /// On a CPU a denoiser of fewer weights runs through two copies of itself, half a batch each, on a thread each: its operators are too
    /// short for threads of their own. Stable Diffusion's has 860 million.
    /// </summary>
    public long SideBySideBelow { get; init; } = SideBySide.SmallDenoiser;

    /// <summary>The previews to draw as the training goes on; none: nothing is drawn.</summary>
    public IReadOnlyList<PictureRequest> SamplePrompts { get; init; } = [];

    /// <summary>The folder for previews; those that an interrupted training of the same job left there are not drawn again.</summary>
    public string SampleFolder { get; init; } = "";

    /// <summary>A second folder that shows previews as soon as they are drawn, or null.</summary>
    public string? ShownSampleFolder { get; init; }

    /// <summary>Makes the loss scale of a training that needs none; null: there is one where the models compute in 16 bits.</summary>
    internal Func<LossScale>? Scale { get; init; }

    internal ModelOptions ModelOptions => new()
    {
        Tokenizer = Tokenizer, FetchTokenizer = FetchTokenizer, Vae = Vae, V2 = Settings.V2, VParameterization = Settings.VParameterization,
        ZeroTerminalSnr = Settings.ZeroTerminalSnr,
        EncodesTextOnCpu = Settings.UsesCachedTexts,
        CompressesText = Settings.CompressesText,
        CompressesDenoiser = Settings.CompressesDenoiser,
    };
}
