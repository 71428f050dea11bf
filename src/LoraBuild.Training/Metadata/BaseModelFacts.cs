using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Training.Metadata;

/// <summary>What a LoRA file says of the model that it was trained on.</summary>
/// <param name="Model">The checkpoint.</param>
/// <param name="Vae">The VAE that was taken instead of the checkpoint's, or null.</param>
/// <param name="IsVersion2">Whether the model is of Stable Diffusion 2.x.</param>
/// <param name="PredictsVelocity">Whether it predicts velocities instead of the noise.</param>
public sealed record BaseModelFacts(WeightFacts Model, WeightFacts? Vae, bool IsVersion2, bool PredictsVelocity)
{
    /// <summary>The checkpoint's file name, or the folder's.</summary>
    public string Name => Model.Name;

    /// <summary>The checkpoint's <see cref="WeightFacts.Hash"/>.</summary>
    public string Hash => Model.Hash;

    /// <summary>The checkpoint's <see cref="WeightFacts.Sha256"/>.</summary>
    public string Sha256 => Model.Sha256;

    /// <summary>Reads a model's facts.</summary>
    /// <param name="files">Its files.</param>
    /// <param name="model">What was loaded from them.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6004: a file cannot be read.</exception>
    public static BaseModelFacts Of(BaseModelFiles files, StableDiffusion model)
    {
        var own = files.TextEncoder.Concat(files.UNet).Distinct().ToList();
        // A VAE of the model's own folder is a part of the model; one that was named is not.
        var isOwn = files.Folder is null ? files.Vae.SequenceEqual(files.UNet) : files.Vae.All(file => file.StartsWith(files.Path, StringComparison.Ordinal));
        return new BaseModelFacts(
            WeightFacts.Of(files.Path, isOwn ? [.. own.Union(files.Vae)] : own),
            isOwn ? null : WeightFacts.Of(files.Vae[0], files.Vae),
            model.IsVersion2,
            model.Prediction == PredictionType.Velocity);
    }
}
