using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;

namespace LoraBuild.Diffusion.Samplers;

/// <summary>
/// What the UNet sees in noisy latents, with classifier-free guidance (Ho and Salimans, 2022): the prompt's prediction, moved away from the
/// negative prompt's.
/// </summary>
/// <param name="unet">The model, with or without adapters.</param>
/// <param name="levels">The noise levels that it knows.</param>
/// <param name="prediction">What its output stands for.</param>
/// <param name="prompts">[pictures, tokens, context], what to draw.</param>
/// <param name="negatives">[pictures, tokens, context], what not to draw; null: all of <paramref name="guidance"/> is 1, and it takes no part.</param>
/// <param name="guidance">[pictures, 1, 1, 1], float32, the scale of each.</param>
internal sealed class GuidedDenoiser(
    UNetModel unet, SigmaSchedule levels, PredictionType prediction, Tensor prompts, Tensor? negatives, Tensor guidance)
{
    /// <summary>The picture in latents x = picture + sigma noise.</summary>
    /// <param name="latents">[pictures, 4, height, width], float32.</param>
    /// <param name="sigma">Above 0.</param>
    public Tensor Denoise(Tensor latents, double sigma)
    {
        using var scope = torch.NewDisposeScope();
        var signal = 1 / Math.Sqrt(1 + (sigma * sigma));
        var scaled = latents * signal;
        var output = Predict(scaled.to_type(prompts.dtype), levels.TimestepOf(sigma));
        var picture = prediction == PredictionType.Velocity
            ? (scaled * signal) - (output * (sigma * signal))
            : latents - (output * sigma);
        return picture.MoveToOuterDisposeScope();
    }

    private Tensor Predict(Tensor input, double timestep)
    {
        var contexts = negatives is null ? prompts : torch.cat([prompts, negatives], 0);
        var timesteps = torch.full([contexts.shape[0]], (float)timestep, dtype: ScalarType.Float32, device: input.device);
        var output = unet.Forward(negatives is null ? input : torch.cat([input, input], 0), timesteps, contexts).to_type(ScalarType.Float32);
        if (negatives is null)
            return output;
        var halves = output.chunk(2, 0);
        return halves[1] + ((halves[0] - halves[1]) * guidance);
    }
}
