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
            TextEncoder = Folder.WeightFiles(DiffusersFolder.TextEncoder);
            UNet = Folder.WeightFiles(DiffusersFolder.UNet);
        }
        else
        {
            TextEncoder = UNet = [Path];
        }
        Vae = vae is not null ? VaeFiles(vae) : Folder?.WeightFiles(DiffusersFolder.Vae) ?? UNet;
    }

    /// <summary>The checkpoint file or the diffusers folder.</summary>
    public string Path { get; }

    /// <summary>The folder where it is one.</summary>
    public DiffusersFolder? Folder { get; }

    /// <summary>The files with the text encoder's weights.</summary>
    public IReadOnlyList<string> TextEncoder { get; }

    /// <summary>The files with the UNet's weights.</summary>
    public IReadOnlyList<string> UNet { get; }

    /// <summary>The files with the autoencoder's weights.</summary>
    public IReadOnlyList<string> Vae { get; }

    /// <summary>Every file with weights, once.</summary>
    public IEnumerable<string> Weights => TextEncoder.Concat(UNet).Concat(Vae).Distinct();

    /// <summary>
    /// Files that need not be there, but would change the model if they were: settings, and weights that come before those that were found.
    /// </summary>
    public IEnumerable<string> Optional => Weights.Select(file => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, ConfigName))
        .Concat(Folder is null ? [] : Folder.SettingsFiles.Concat(
            new[] { DiffusersFolder.TextEncoder, DiffusersFolder.UNet, DiffusersFolder.Vae }.SelectMany(Folder.PreferredWeightFiles)))
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
