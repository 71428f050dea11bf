using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Samplers;

/// <summary>Goes from noise to a picture through falling noise levels.</summary>
public static class Sampler
{
    /// <summary>Runs a sampler.</summary>
    /// <param name="kind">The sampler.</param>
    /// <param name="denoise">The picture that the model sees in latents x = picture + sigma noise, of their shape.</param>
    /// <param name="latents">x at the first level; belongs to the caller.</param>
    /// <param name="sigmas">Falling; all but the last above 0.</param>
    /// <param name="freshNoise">Standard normal noise of the latents' shape for each step, from 0; only asked by ancestral
    /// samplers.</param>
    /// <param name="progress">Told the number of finished steps.</param>
    /// <param name="cancellation">Looked at before each step.</param>
    /// <returns>x at the last level.</returns>
    public static Tensor Run(
        SamplerKind kind,
        Func<Tensor, double, Tensor> denoise,
        Tensor latents,
        IReadOnlyList<double> sigmas,
        Func<int, Tensor> freshNoise,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        using var scope = torch.NewDisposeScope();
        var current = latents.alias();
        (Tensor Picture, double Sigma)? earlier = null;
        for (var step = 0; step + 1 < sigmas.Count; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = torch.NewDisposeScope();
            var (sigma, next) = (sigmas[step], sigmas[step + 1]);
            var picture = denoise(current, sigma);
            var result = kind switch
            {
                SamplerKind.DpmPlusPlus2M => StepFormulas.DpmPlusPlus2M(current, picture, earlier, sigma, next),
                SamplerKind.EulerAncestral => Ancestral(current, picture, step, sigma, next),
                _ => StepFormulas.Euler(current, picture, sigma, next),
            };
            current.Dispose();
            earlier?.Picture.Dispose();
            (current, var kept) = inner.MoveToOuter(result, picture);
            earlier = (kept, sigma);
            progress?.Report(step + 1);
        }

        return current.MoveToOuterDisposeScope();

        Tensor Ancestral(Tensor from, Tensor picture, int step, double sigma, double next)
        {
            var (down, up) = StepFormulas.SplitAncestral(sigma, next);
            var lower = StepFormulas.Euler(from, picture, sigma, down);
            return up > 0 ? lower + (freshNoise(step) * up) : lower;
        }
    }
}

/// <summary>
/// The samplers' steps as k-diffusion has them: pure functions of latents x = picture + sigma noise, of the picture that the model sees in
/// them, and of the noise levels before and after the step.
/// </summary>
public static class StepFormulas
{
    /// <summary>
    /// Euler's step of the probability flow's equation dx / dsigma = (x - picture) / sigma. In these coordinates it is DDIM's step, too:
    /// sqrt(a') picture + sqrt(1 - a') noise, divided by sqrt(a').
    /// </summary>
    /// <param name="latents">x at <paramref name="sigma"/>.</param>
    /// <param name="picture">The picture that the model sees in it.</param>
    /// <param name="sigma">Above 0.</param>
    /// <param name="next">The level to go to, from 0.</param>
    public static Tensor Euler(Tensor latents, Tensor picture, double sigma, double next)
    {
        using var scope = torch.NewDisposeScope();
        return (latents + ((latents - picture) * ((next - sigma) / sigma))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// k-diffusion's <c>get_ancestral_step</c> with eta 1: to come from one level to the next, go down to <c>Down</c> and add noise of
    /// deviation <c>Up</c>; Down^2 + Up^2 = next^2.
    /// </summary>
    /// <param name="sigma">Above <paramref name="next"/>.</param>
    /// <param name="next">From 0.</param>
    public static (double Down, double Up) SplitAncestral(double sigma, double next)
    {
        var up = Math.Min(next, Math.Sqrt(next * next * ((sigma * sigma) - (next * next)) / (sigma * sigma)));
        return (Math.Sqrt((next * next) - (up * up)), up);
    }

    /// <summary>DPM-Solver++(2M)'s step: exact where the picture that the model sees is a straight line in -log sigma.</summary>
    /// <param name="latents">x at <paramref name="sigma"/>.</param>
    /// <param name="picture">The picture that the model sees in it.</param>
    /// <param name="earlier">The picture that it saw in the step before, and the level; null in the first step, which is of first
    /// order.</param>
    /// <param name="sigma">Above 0.</param>
    /// <param name="next">The level to go to, from 0.</param>
    public static Tensor DpmPlusPlus2M(Tensor latents, Tensor picture, (Tensor Picture, double Sigma)? earlier, double sigma, double next)
    {
        using var scope = torch.NewDisposeScope();
        var aim = picture;
        if (earlier is { } known && next > 0)
        {
            var ratio = Math.Log(known.Sigma / sigma) / Math.Log(sigma / next);
            aim = picture + ((picture - known.Picture) * (1 / (2 * ratio)));
        }

        // expm1(-h) with h = log(sigma / next).
        var share = next / sigma;
        return ((latents * share) + (aim * (1 - share))).MoveToOuterDisposeScope();
    }
}
