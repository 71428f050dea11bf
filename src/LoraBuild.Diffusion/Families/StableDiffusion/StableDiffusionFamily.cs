using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;

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
    public ModelDescription Describe(ModelSource source)
    {
        var settings = new StableDiffusionFiles(source).Settings;
        var isVelocity = settings.Prediction is { } known ? known == PredictionType.Velocity : (bool?)null;
        var use = SdScriptsUse.OfStableDiffusion;
        return settings.IsVersion2
            ? new(
                "Stable Diffusion 2.x", TrainingSettings.UsualResolution, isVelocity, false, use with { Flags = ["v2"] },
                new(isVelocity == true ? "768x768" : "512x512", "Euler a, DPM++ 2M Karras", "20 to 30", "7"))
            : new(
                "Stable Diffusion 1.x", TrainingSettings.UsualResolution, isVelocity, false, use,
                new("512x512", "Euler a, DPM++ 2M Karras", "20 to 30", "7"));
    }

    /// <inheritdoc/>
    public IDiffusionModel Load(ModelSource source, ScalarType? type, Device device, ModelOptions options)
    {
        var files = new StableDiffusionFiles(source);
        return new StableDiffusionModel(source.Path, files, type ?? UNetModel.TypeOf(files.UNet), device, options);
    }
}
