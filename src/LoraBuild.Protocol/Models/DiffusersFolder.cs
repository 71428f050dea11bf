using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Protocol.Models;

/// <summary>
/// A model that diffusers saved: a folder a part, each with a config.json and its weights. Those are in one file or in shards that an index
/// names, of full precision or of a variant such as fp16.
/// </summary>
public sealed class DiffusersFolder
{
    /// <summary>The folder of a denoiser that is a UNet.</summary>
    public const string UNet = "unet";

    /// <summary>The folder of a denoiser that is a transformer.</summary>
    public const string Transformer = "transformer";

    /// <summary>The folder of the autoencoder.</summary>
    public const string Vae = "vae";

    /// <summary>The folder of the first text encoder; others have a number behind it.</summary>
    public const string TextEncoder = "text_encoder";

    /// <summary>The folder of the noise schedule's settings.</summary>
    public const string Scheduler = "scheduler";

    private const string ConfigName = "config.json";
    private const int MaxTextEncoders = 4;

    // Full precision first, as diffusers itself chooses where it is told nothing.
    private static readonly string[] Variants = ["", ".fp16", ".bf16", ".fp32"];

    private readonly string path;

    /// <summary>A model at this folder.</summary>
    public DiffusersFolder(string path) => this.path = path;

    /// <summary>The denoiser's folder, by name: <see cref="UNet"/>, or <see cref="Transformer"/> where there is one.</summary>
    public string Denoiser => Directory.Exists(Path.Combine(path, Transformer)) ? Transformer : UNet;

    /// <summary>The text encoders' folders, by name: the first, and all further ones that are there.</summary>
    public IReadOnlyList<string> TextEncoders =>
    [
        TextEncoder,
        .. Enumerable.Range(2, MaxTextEncoders - 1).Select(number => $"{TextEncoder}_{number}")
            .Where(name => Directory.Exists(Path.Combine(path, name))),
    ];

    /// <summary>The file that says which pipeline the parts make up.</summary>
    public string IndexFile => Path.Combine(path, "model_index.json");

    /// <summary>The settings of the noise schedule.</summary>
    public string SchedulerFile => Path.Combine(path, Scheduler, "scheduler_config.json");

    /// <summary>Every file that loading the model may look at but can do without.</summary>
    public IEnumerable<string> SettingsFiles =>
        [IndexFile, SchedulerFile, .. ((string[])[Denoiser, Vae, .. TextEncoders]).Select(ConfigFile)];

    /// <summary>True if a folder is such a model.</summary>
    public static bool IsAt(string path) =>
        File.Exists(Path.Combine(path, "model_index.json"))
            || new[] { UNet, Transformer }.Any(part => Directory.Exists(Path.Combine(path, part)));

    /// <summary>The settings of a part.</summary>
    public string ConfigFile(string part) => Path.Combine(path, part, ConfigName);

    /// <summary>The files with the weights of a part.</summary>
    /// <param name="part">A folder's name; empty for a folder that is a part itself.</param>
    /// <exception cref="LoraBuildException">LB4001: there is none. LB4002: the index of its shards is damaged.</exception>
    public IReadOnlyList<string> WeightFiles(string part)
    {
        var candidates = Candidates(part).ToList();
        var found = candidates.FirstOrDefault(File.Exists) ?? OnlyFile(Path.Combine(path, part)) ?? throw new LoraBuildException(
            DiagnosticCode.BaseModelMissing,
            $"The model's part '{part}' has no weights: neither '{candidates[0]}' nor another variant is there. Download the whole folder.",
            path);
        return found.EndsWith(".json", StringComparison.Ordinal) ? Shards(found) : [found];
    }

    /// <summary>The files that would be taken instead of <see cref="WeightFiles"/> if they were there.</summary>
    public IEnumerable<string> PreferredWeightFiles(string part) => Candidates(part).TakeWhile(file => !File.Exists(file));

    private IEnumerable<string> Candidates(string part)
    {
        // Text encoders are saved by transformers, which has other names.
        var (stem, oldStem) = part.StartsWith(TextEncoder, StringComparison.Ordinal)
            ? ("model", "pytorch_model")
            : ("diffusion_pytorch_model", "diffusion_pytorch_model");
        foreach (var variant in Variants)
        {
            yield return Path.Combine(path, part, $"{stem}{variant}.safetensors");
            yield return Path.Combine(path, part, $"{stem}.safetensors.index{variant}.json");
        }
        foreach (var variant in Variants)
            yield return Path.Combine(path, part, $"{oldStem}{variant}.bin");
    }

    // A variant of a name of its own.
    private static string? OnlyFile(string folder) =>
        Directory.Exists(folder) && Directory.GetFiles(folder, "*.safetensors") is [var only] ? only : null;

    private static IReadOnlyList<string> Shards(string index)
    {
        try
        {
            using var document = JsonDocument.Parse(WholeFile.ReadBytes(index));
            var names = document.RootElement.GetProperty("weight_map").EnumerateObject().Select(entry => entry.Value.GetString()!)
                .Distinct().ToList();
            if (names.Count == 0 || names.Any(name => InnerPath.NameFault(name) is not null))
                throw new FormatException("it names no files beside it");
            return [.. names.Order(StringComparer.Ordinal).Select(name => Path.Combine(Path.GetDirectoryName(index)!, name))];
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw new LoraBuildException(
                DiagnosticCode.SafetensorsDamaged, $"The index of a part's shards is damaged: {e.Message}. Download the file again.", index,
                innerException: e);
        }
    }
}
