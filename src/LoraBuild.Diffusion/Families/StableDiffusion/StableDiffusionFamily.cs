using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families.StableDiffusion;

/// <summary>
/// Stable Diffusion 1.x and 2.x: one CLIP text encoder and a UNet, as a checkpoint with CompVis' keys or a diffusers folder.
/// </summary>
public sealed class StableDiffusionFamily : IModelFamily
{
    /// <summary>The beginning of the names of a single file's UNet.</summary>
    internal const string UNetPrefix = "model.diffusion_model.";

    private const string FirstWeight = "input_blocks.0.0.weight";
    private const int LatentChannels = 4;

    /// <inheritdoc/>
    public string Title => "Stable Diffusion 1.x and 2.x";

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
        return new StableDiffusionModel(source.Path, files, type ?? TypeOf(files.UNet), device, options);
    }

    /// <summary>Accepts a UNet by the channels that it takes.</summary>
    /// <exception cref="LoraBuildException">LB4008: it takes more than latents.</exception>
    internal static void RequireLatents(PartTensors unet)
    {
        if (!unet.Tensors.TryGetValue(FirstWeight, out var first) || first.Shape is not [_, not LatentChannels and var channels, _, _])
            return;
        var kind = channels switch
        {
            9 => "an inpainting model",
            8 => "an InstructPix2Pix model",
            7 => "an upscaler",
            5 => "a depth model",
            _ => "another model",
        };
        throw new LoraBuildException(
            DiagnosticCode.WrongArchitecture,
            $"The base model is {kind}: its UNet takes {channels} channels instead of {LatentChannels}. "
                + $"LoraBuild trains on {new StableDiffusionFamily().Title}.",
            unet.Path);
    }

    private static ScalarType TypeOf(PartTensors unet)
    {
        using var weight = unet.Tensors.TryGetValue(FirstWeight, out var stored)
            ? stored.File.Load(stored.Name)
            : throw new LoraBuildException(
                DiagnosticCode.CheckpointMismatch,
                $"The checkpoint has no '{unet.Prefix}{FirstWeight}': it is not one of Stable Diffusion 1.x or 2.x.",
                unet.Path);
        return weight.dtype;
    }
}
