using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Families.StableDiffusionXL;

/// <summary>
/// SDXL (Podell et al., "SDXL: Improving Latent Diffusion Models for High-Resolution Image Synthesis", 2023) and its children, such as
/// Illustrious, NoobAI, Pony and Animagine: two text encoders and a UNet that is told sizes, as a checkpoint with Stability AI's keys or a
/// diffusers folder.
/// </summary>
public sealed class StableDiffusionXLFamily : IModelFamily
{
    /// <summary>The name in messages.</summary>
    internal const string Name = "SDXL";

    private static readonly PixelSize Best = new(1024, 1024);

    // The UNet halves its maps twice, and a latent stands for 8 x 8 pixels.
    private const int BucketUnit = 32;

    /// <summary>The beginnings of the names of a single file's parts.</summary>
    internal const string
        FirstTextPrefix = "conditioner.embedders.0.transformer.text_model.",
        SecondTextPrefix = "conditioner.embedders.1.model.",
        UNetPrefix = "model.diffusion_model.";

    /// <inheritdoc/>
    public string Title => Name;

    /// <inheritdoc/>
    public bool Recognizes(ModelSource source)
    {
        if (source.Folder is { } folder)
        {
            return folder.Denoiser == DiffusersFolder.UNet && folder.TextEncoders.Count == 2
                && source.Denoiser.Shapes.Keys.Any(name => name.StartsWith("add_embedding.", StringComparison.Ordinal));
        }
        return ((string[])[FirstTextPrefix, SecondTextPrefix, UNetPrefix]).All(
            prefix => source.Denoiser.Shapes.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public ModelDescription Describe(ModelSource source)
    {
        var files = new StableDiffusionXLFiles(source);
        var isVelocity = files.Prediction is { } known ? known == PredictionType.Velocity : (bool?)null;
        // The cards of NoobAI-XL V-Pred and of NoobAI-XL 1.0.
        var drawing = isVelocity == true
            ? new DrawingAdvice($"{Best}", "Euler", "28 to 35", "4 to 5")
            : new DrawingAdvice($"{Best}", "Euler a", "25 to 30", "5 to 6");
        // Its autoencoder overflows in half precision, which sd-scripts must be told.
        return new(Name, Best, isVelocity, files.HasZeroTerminalSnr, new("sdxl_train_network.py", BucketUnit, ["no_half_vae"]), drawing);
    }

    /// <inheritdoc/>
    public IDiffusionModel Load(ModelSource source, ScalarType? type, Device device, ModelOptions options)
    {
        var files = new StableDiffusionXLFiles(source);
        return new StableDiffusionXLModel(source.Path, files, type ?? UNetModel.TypeOf(files.UNet), device, options);
    }
}
