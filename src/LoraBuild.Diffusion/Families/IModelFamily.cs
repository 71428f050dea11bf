using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families;

/// <summary>
/// A family of base models. To add one: a folder beside Families/StableDiffusion with a class that implements this interface and a class
/// that implements <see cref="IDiffusionModel"/>, and a line in <see cref="ModelFamilies.All"/>. The folders Clip, UNet, Vae and Schedule
/// are building blocks that families share; nothing outside of Families uses Clip and UNet.
/// </summary>
public interface IModelFamily
{
    /// <summary>The name in messages, such as "Stable Diffusion 1.x and 2.x".</summary>
    string Title { get; }

    /// <summary>Tells whether the files hold a model of this family, by the names of their tensors and folders.</summary>
    /// <exception cref="LoraBuildException">LB4001, LB4002, LB4006, LB4007, LB6004: a file is missing, damaged or cannot be
    /// read.</exception>
    bool Recognizes(ModelSource source);

    /// <summary>Tells what a model is that the family recognizes.</summary>
    /// <exception cref="LoraBuildException">As <see cref="ModelFamilies.Describe"/>.</exception>
    ModelDescription Describe(ModelSource source);

    /// <summary>Loads a model that the family recognizes.</summary>
    /// <param name="source">The model's files.</param>
    /// <param name="type">The type to compute in; null for the type of the denoiser's weights in the file.</param>
    /// <param name="device">The device to run on.</param>
    /// <param name="options">The author's settings of the model.</param>
    /// <exception cref="LoraBuildException">As <see cref="ModelFamilies.Load"/>.</exception>
    IDiffusionModel Load(ModelSource source, ScalarType? type, Device device, ModelOptions options);
}

/// <summary>The files of a base model, opened when they are asked for.</summary>
/// <param name="path">A checkpoint, or a folder as diffusers writes it.</param>
/// <param name="vae">An autoencoder to take instead of the model's own, or null.</param>
public sealed class ModelSource(string path, string? vae) : IDisposable
{
    private readonly Dictionary<string, ITensorFile> opened = [];

    private BaseModelFiles? files;

    /// <summary>The checkpoint file or the folder.</summary>
    public string Path => path;

    /// <summary>The folder where it is one.</summary>
    public DiffusersFolder? Folder { get; } = Directory.Exists(path) ? new DiffusersFolder(path) : null;

    /// <summary>The paths of the files with weights.</summary>
    /// <exception cref="LoraBuildException">LB4001: one is missing. LB4002: the index of a part's shards is damaged.</exception>
    public BaseModelFiles Files => files ??= BaseModelFiles.Of(path, vae);

    /// <summary>The tensors of the denoiser, and where the model is a single file those of all parts.</summary>
    public ITensorFile Denoiser => Open(Files.Denoiser);

    /// <summary>The tensors of files that hold a part between them. They belong to the source.</summary>
    /// <exception cref="LoraBuildException">As <see cref="TensorFiles.Open(string)"/>.</exception>
    public ITensorFile Open(IReadOnlyList<string> paths)
    {
        if (!opened.TryGetValue(paths[0], out var file))
            opened.Add(paths[0], file = TensorFiles.Open(paths));
        return file;
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in opened.Values)
            file.Dispose();
    }
}
