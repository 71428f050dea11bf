using LoraBuild.Diffusion.UNet;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families.StableDiffusion;

/// <summary>
/// Stable Diffusion 1.x and 2.x: one CLIP text encoder and a UNet, as a checkpoint with CompVis' keys or a diffusers folder.
/// </summary>
public sealed class StableDiffusionFamily : IModelFamily
{
    /// <summary>The beginning of the names of a single file's UNet.</summary>
    internal const string UNetPrefix = "model.diffusion_model.";

    /// <summary>The name in messages.</summary>
    internal const string Name = "Stable Diffusion 1.x and 2.x";

    /// <inheritdoc/>
    public string Title => Name;

    /// <inheritdoc/>
    public bool Recognizes(ModelSource source)
    {
        if (source.Folder is { } folder && (folder.Denoiser != DiffusersFolder.UNet || folder.TextEncoders.Count > 1))
            return false;
        var file = source.Denoiser;
        return !UnknownModel.IsIn(file)
            && (source.Folder is not null || file.Shapes.Keys.Any(name => name.StartsWith(UNetPrefix, StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public IDiffusionModel Load(ModelSource source, ScalarType? type, Device device, ModelOptions options)
    {
        var files = new StableDiffusionFiles(source);
        return new StableDiffusionModel(source.Path, files, type ?? UNetModel.TypeOf(files.UNet), device, options);
    }
}
