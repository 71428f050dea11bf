using static LoraBuild.Settings.OptionKind;

namespace LoraBuild.Settings;

/// <content>Models, the training as a run on a machine, the cache and the engines.</content>
public static partial class Options
{
    private const int MaxMinutes = 1_000_000, MaxSeconds = 3600;
    private const string LoraFiles = "`.safetensors`, or a `.ckpt` of tensors alone";
    private const string Clip = "https://huggingface.co/openai/clip-vit-large-patch14/resolve/main/merges.txt";

    private const Steps OfModels = Steps.DrawRegularizationImages | Steps.Train | Steps.Evaluate;

    private static readonly OptionKind<string?> Model = FilePath with { Allowed = "empty, a file, a folder or a URI" };

    public static readonly Option<string?> BaseModel = OfLoraBuild(
        Topic.Models, "LoraBaseModel", Model, null,
        $"The model to train on: a checkpoint of SDXL or Stable Diffusion 1.x or 2.x ({LoraFiles}), its URI, or a folder as diffusers "
            + "writes it.",
        OfModels);

    public static readonly Option<string?> BaseModelSha256 = OfLoraBuild(
        Topic.Models, "LoraBaseModelSha256", Sha256, null,
        "The SHA-256 of that file.", OfModels,
        needs: WhereSet("LoraBaseModel"));

    public static readonly Option<string?> Vae = OfLoraBuild(
        Topic.Models, "LoraVae", Model, null,
        "Another VAE, with CompVis' or diffusers' names: a file, its URI, or a folder as diffusers writes it.",
        OfModels, "the base model's");

    public static readonly Option<string?> VaeSha256 = OfLoraBuild(
        Topic.Models, "LoraVaeSha256", Sha256, null,
        "The SHA-256 of that file.", OfModels,
        needs: WhereSet("LoraVae"));

    public static readonly Option<string?> Tokenizer = OfLoraBuild(
        Topic.Models, "LoraTokenizer", FilePath with { Allowed = "empty, a file or a folder" }, null,
        "CLIP's vocabulary: the folder of `merges.txt` (and `vocab.json`), or `merges.txt` itself.",
        OfModels, "`tokenizer/` or `merges.txt` beside the checkpoint, else as published");

    public static readonly Option<string> TokenizerUrl = OfLoraBuild(
        Topic.Models, "LoraTokenizerUrl", Address, Clip,
        "The address from which `merges.txt` is fetched, once, where neither the model nor `LoraTokenizer` has it. Its SHA-256 is "
            + "verified.",
        OfModels, "where CLIP is published on Hugging Face",
        new Precondition("without LoraTokenizer", settings => !settings.IsSet("LoraTokenizer")));

    public static readonly Option<string?> TrainingConfig = OfLoraBuild(
        Topic.Run, "LoraTrainingConfig", FilePath, null,
        "An sd-scripts configuration (`config.toml`, and the `dataset.toml` that it names) with the training options that the project does "
            + "not set. An option that it leaves out has sd-scripts' default, not the one below.",
        Steps.DrawRegularizationImages | Steps.WriteReport | Steps.Train | Steps.Evaluate);

    public static readonly Option<double?> StopAfterMinutes = OfLoraBuild(
        Topic.Run, "LoraStopAfterMinutes", Above0(MaxMinutes).OrEmpty(), null,
        "The training stops after so many minutes with its state kept. The build succeeds with a warning, and the next one goes on at that "
            + "step, to the same LoRA.",
        Steps.Build);

    public static readonly Option<bool> Deterministic = OfLoraBuild(
        Topic.Run, "LoraDeterministic", Flag, false,
        "`true`: a GPU computes with deterministic algorithms alone; TorchSharp cannot be asked for them. On a CPU two trainings always "
            + "give the same file.",
        Steps.Train);

    public static readonly Option<string?> TrainingLocks = OfLoraBuild(
        Topic.Run, "LoraTrainingLocks", FilePath with { Allowed = "a folder or none" }, null,
        "The folder of lock files by which trainings on this machine see each other. One runs at a time on each GPU, and one on the "
            + "processor; others wait and say so. The default is this user's own; where users share a GPU, name one for all of them, which "
            + "root has made with `mkdir -m 1777`. `none`: they do not wait.",
        Steps.None, "`$XDG_RUNTIME_DIR/lorabuild`, else `locks` in the cache");

    public static readonly Option<string?> CachePath = OfLoraBuild(
        Topic.Cache, "LoraCachePath", FilePath with { Allowed = "empty or a folder" }, null,
        "The folder of the results of steps, by content, for all projects. Also the environment variable `LORABUILD_CACHE`.",
        Steps.Build, "`~/.cache/lorabuild`");

    public static readonly Option<long> CacheMaxSize = OfLoraBuild(
        Topic.Cache, "LoraCacheMaxSize", Bytes, 20_000_000_000,
        "The size up to which those results may grow. A build that finds more deletes what was used least recently. Models that were "
            + "downloaded do not count.",
        Steps.Build);

    public static readonly Option<string?> RemoteCache = OfLoraBuild(
        Topic.Cache, "LoraRemoteCache", OptionalText with { Allowed = "empty or an http or https address" }, null,
        "The address of a server that shares those results between machines: see [The cache](#the-cache).", Steps.None);

    public static readonly Option<bool> RemoteCacheReadOnly = OfLoraBuild(
        Topic.Cache, "LoraRemoteCacheReadOnly", Flag, false,
        "`true`: results are taken from it and not given to it, as for the builds of pull requests.", Steps.Build,
        needs: WhereSet("LoraRemoteCache"));

    public static readonly Option<double> RemoteCacheTimeout = OfLoraBuild(
        Topic.Cache, "LoraRemoteCacheTimeout", Above0(MaxSeconds, " of seconds"), 10,
        "The number of seconds that the server may stay silent before the build goes on without it.", Steps.Build,
        needs: WhereSet("LoraRemoteCache"));

    public static readonly Option<string> TensorEngine = OfLoraBuild(
        Topic.Engines, "LoraTensorEngine", Word("libtorch", "torchsharp"), "",
        "The library that trains and draws. TorchSharp needs the C++ library of GCC 13: Debian 13, Ubuntu 24.04 or newer.",
        Steps.None, "`libtorch` where there is one, else `torchsharp`");

    public static readonly Option<string> ImageEngine = OfLoraBuild(
        Topic.Engines, "LoraImageEngine", Word("libvips", "imagesharp"), "",
        "The library that reads pictures, `libvips` for those from strangers. `imagesharp` has no native code, reads neither AVIF nor "
            + "animated WebP nor CMYK in TIFF, and warns (LB2005) of a colour profile that it cannot apply.",
        Steps.None, "`libvips`");

    public static readonly Option<string?> Libtorch = OfLoraBuild(
        Topic.Engines, "LoraLibtorch", FilePath with { Allowed = "empty or a folder" }, null,
        "A libtorch: the `torch` folder of a PyTorch installation. Also the environment variable `LORABUILD_LIBTORCH`.",
        Steps.None, "Debian's");

    public static readonly Option<bool?> HasNvidiaGpu = OfLoraBuild(
        Topic.Engines, "LoraHasNvidiaGpu", OptionalFlag, null,
        "`true`: ONNX Runtime and TorchSharp are the packages for CUDA.", Steps.None, "whether the driver is there");

    public static readonly Option<string?> TasksAssembly = OfLoraBuild(
        Topic.Engines, "LoraTasksAssembly", FilePath, null,
        "Another build of LoraBuild's tasks.", Steps.None, "LoraBuild's own");

    public static readonly Option<string?> WorkerAssembly = OfLoraBuild(
        Topic.Engines, "LoraWorkerAssembly", FilePath, null,
        "Another build of LoraBuild's worker.", Steps.Build, "LoraBuild's own");

    /// <summary>The properties that there were, each with the sentences that say what to set instead.</summary>
    public static IReadOnlyDictionary<string, string> Retired { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["LoraEngines"] = "LoraTensorEngine (libtorch or torchsharp) and LoraImageEngine (libvips or imagesharp) take its place.",
        ["LoraTaggerEngine"] =
            "Remove it: the tagger always runs on ONNX Runtime. LoraTensorEngine chooses the library that trains.",
    };
}
