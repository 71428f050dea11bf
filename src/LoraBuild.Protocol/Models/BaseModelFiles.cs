using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Protocol.Models;

/// <summary>The files that a base model is read from.</summary>
public sealed class BaseModelFiles
{
    private const string ConfigName = "config.json";

    private BaseModelFiles(string path, string? vae)
    {
        Path = BaseModelPath.Resolve(path);
        if (Directory.Exists(Path))
        {
            Folder = new DiffusersFolder(Path);
            TextEncoders = [.. Folder.TextEncoders.Select(Folder.WeightFiles)];
            Denoiser = Folder.WeightFiles(Folder.Denoiser);
        }
        else
        {
            TextEncoders = [[Path]];
            Denoiser = [Path];
        }
        Vae = vae is not null ? VaeFiles(vae) : Folder?.WeightFiles(DiffusersFolder.Vae) ?? Denoiser;
    }

    /// <summary>The checkpoint file or the diffusers folder.</summary>
    public string Path { get; }

    /// <summary>The folder where it is one.</summary>
    public DiffusersFolder? Folder { get; }

    /// <summary>The files with each text encoder's weights.</summary>
    public IReadOnlyList<IReadOnlyList<string>> TextEncoders { get; }

    /// <summary>The files with the denoiser's weights.</summary>
    public IReadOnlyList<string> Denoiser { get; }

    /// <summary>The files with the autoencoder's weights.</summary>
    public IReadOnlyList<string> Vae { get; }

    /// <summary>The files of text encoders and denoiser, once.</summary>
    public IEnumerable<string> Own => TextEncoders.SelectMany(files => files).Concat(Denoiser).Distinct();

    /// <summary>Every file with weights, once.</summary>
    public IEnumerable<string> Weights => Own.Union(Vae);

    /// <summary>
    /// Files that need not be there, but would change the model if they were: settings, and weights that come before those that were found.
    /// </summary>
    public IEnumerable<string> Optional => Weights.Select(
        file => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, ConfigName))
        .Concat(Folder is null ? [] : Folder.SettingsFiles.Concat(
            ((string[])[.. Folder.TextEncoders, Folder.Denoiser, DiffusersFolder.Vae]).SelectMany(Folder.PreferredWeightFiles)))
        .Distinct();

    /// <summary>Finds the files.</summary>
    /// <param name="path">As <see cref="BaseModelPath"/> has it.</param>
    /// <param name="vae">
    /// An autoencoder to take instead of the model's: a file, or a folder as diffusers writes it, its own or a model's; or null.
    /// </param>
    /// <exception cref="LoraBuildException">LB4001: one is missing. LB4002: the index of a part's shards is damaged.</exception>
    public static BaseModelFiles Of(string path, string? vae = null) => new(path, vae);

    private static IReadOnlyList<string> VaeFiles(string path)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path) ? [path] : throw new LoraBuildException(
                DiagnosticCode.BaseModelMissing, "The VAE does not exist. Correct LoraVae.", path);
        }
        var isModel = Directory.Exists(System.IO.Path.Combine(path, DiffusersFolder.Vae));
        return new DiffusersFolder(path).WeightFiles(isModel ? DiffusersFolder.Vae : "");
    }
}
