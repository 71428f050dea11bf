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
    /// <param name="freshNoise">Standard normal noise of the latents' shape for each step, from 0; only asked by ancestral samplers.</param>
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
