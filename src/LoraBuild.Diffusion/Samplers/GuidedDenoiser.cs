using LoraBuild.Diffusion.Families;

namespace LoraBuild.Diffusion.Samplers;

/// <summary>
/// The picture that a model sees in noisy latents, with classifier-free guidance (Ho and Salimans, 2022): the prompt's prediction, moved
/// away from the negative prompt's.
/// </summary>
/// <param name="model">The model, with or without adapters.</param>
/// <param name="prompts">The prompts; the first axis is the pictures.</param>
/// <param name="negatives">The negative prompts; null: all of <paramref name="guidance"/> is 1, and they take no part.</param>
/// <param name="guidance">[pictures, 1, 1, 1], float32, the scale of each.</param>
internal sealed class GuidedDenoiser(IDiffusionModel model, Conditioning prompts, Conditioning? negatives, Tensor guidance)
{
    // The paper's phi.
    private const double RescaledShare = 0.7;

    private readonly Conditioning conditioning = negatives is null ? prompts : prompts.Concat(negatives);

    /// <summary>The picture in latents x = picture + level times noise.</summary>
    /// <param name="latents">[pictures, channels, height, width], float32.</param>
    /// <param name="level">Above 0.</param>
    public Tensor Denoise(Tensor latents, double level)
    {
        using var scope = torch.NewDisposeScope();
        var output = Predict(model.Noise.ToInput(latents, level).to_type(model.Type), model.Noise.TimestepOf(level));
        return model.Noise.ToPicture(latents, output, level).MoveToOuterDisposeScope();
    }

    private Tensor Predict(Tensor input, double timestep)
    {
        var count = input.shape[0] * (negatives is null ? 1 : 2);
        var timesteps = torch.full([count], (float)timestep, dtype: ScalarType.Float32, device: input.device);
        var output =
            model.Predict(negatives is null ? input : torch.cat([input, input], 0), timesteps, conditioning).to_type(ScalarType.Float32);
        if (negatives is null)
            return output;
        var halves = output.chunk(2, 0);
        var guided = halves[1] + ((halves[0] - halves[1]) * guidance);
        return model.Noise.HasZeroTerminalSnr ? Rescale(guided, halves[0]) : guided;
    }

    /// <summary>
    /// A guided prediction with a deviation nearer to the prompt's own: guidance makes it larger, and with it contrast and brightness
    /// (Lin et al., "Common Diffusion Noise Schedules and Sample Steps are Flawed", 2023, section 3.4).
    /// </summary>
    /// <param name="guided">[pictures, channels, height, width].</param>
    /// <param name="prompted">The prediction for the prompt alone, of the same shape.</param>
    internal static Tensor Rescale(Tensor guided, Tensor prompted)
    {
        using var scope = torch.NewDisposeScope();
        var factor = (Deviation(prompted) / Deviation(guided) * RescaledShare) + (1 - RescaledShare);
        return (guided * factor).MoveToOuterDisposeScope();
    }

    private static Tensor Deviation(Tensor prediction) =>
        (prediction - prediction.mean([1, 2, 3], keepdim: true)).square().mean([1, 2, 3], keepdim: true).sqrt();
}
