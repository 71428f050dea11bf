namespace LoraBuild.Diffusion.Samplers;

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
    /// <param name="picture">What the model sees in it.</param>
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
    /// <param name="picture">What the model sees in it.</param>
    /// <param name="earlier">What it saw in the step before and at which level; null in the first step, which is of first order.</param>
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
