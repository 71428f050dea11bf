using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;

namespace LoraBuild.Diffusion.Samplers;

/// <summary>
/// DDIM without added noise (Song et al., "Denoising Diffusion Implicit Models", ICLR 2021) with classifier-free guidance (Ho and
/// Salimans, 2022), at CompVis' timesteps: every 1000 / steps-th, plus one.
/// </summary>
public sealed class DdimSampler(NoiseSchedule schedule)
{
    /// <summary>Draws pictures.</summary>
    /// <param name="unet">The model, with or without adapters.</param>
    /// <param name="noise">[pictures, 4, height, width] float32, from <see cref="LatentNoise.For"/>.</param>
    /// <param name="prompts">[pictures, tokens, context], what to draw.</param>
    /// <param name="negatives">[pictures, tokens, context], what not to draw; usually of the empty caption.</param>
    /// <param name="steps">1..999.</param>
    /// <param name="guidance">CFG scale; 1 leaves <paramref name="negatives"/> without effect.</param>
    /// <param name="progress">Told the number of finished steps.</param>
    /// <param name="cancellation">Looked at before each step.</param>
    /// <returns>Scaled latents [pictures, 4, height, width], float32, for <see cref="Vae.AutoencoderKL.Decode"/>.</returns>
    public Tensor Sample(
        UNetModel unet, Tensor noise, Tensor prompts, Tensor negatives, int steps = 20, double guidance = 7.5,
        IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(steps, NoiseSchedule.Steps);
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var stride = NoiseSchedule.Steps / steps;
        var contexts = torch.cat([prompts, negatives], 0);
        var latents = noise;
        for (var step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var timestep = ((steps - 1 - step) * stride) + 1;
            var previous = Math.Max(timestep - stride, 0);
            latents = Step(unet, latents, contexts, timestep, previous, guidance);
            progress?.Report(step + 1);
        }
        return latents.MoveToOuterDisposeScope();
    }

    private Tensor Step(UNetModel unet, Tensor latents, Tensor contexts, int timestep, int previous, double guidance)
    {
        using var scope = torch.NewDisposeScope();
        double alpha = schedule.AlphasCumulative[timestep], alphaPrevious = schedule.AlphasCumulative[previous];
        var input = torch.cat([latents, latents], 0).to(contexts.dtype);
        var timesteps = torch.full([input.shape[0]], (long)timestep, dtype: ScalarType.Int64, device: latents.device);
        var halves = unet.Forward(input, timesteps, contexts).to(torch.float32).chunk(2, 0);
        var noise = halves[1] + ((halves[0] - halves[1]) * guidance);
        var picture = (latents - (noise * Math.Sqrt(1 - alpha))) / Math.Sqrt(alpha);
        return ((picture * Math.Sqrt(alphaPrevious)) + (noise * Math.Sqrt(1 - alphaPrevious))).MoveToOuterDisposeScope();
    }
}
