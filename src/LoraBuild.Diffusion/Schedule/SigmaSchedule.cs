using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Schedule;

/// <summary>
/// Noise levels as k-diffusion counts them: sigma = sqrt((1 - a) / a) is the noise's standard deviation where the picture's is 1. All lists
/// fall, and have one level more than there are steps.
/// </summary>
public sealed class SigmaSchedule
{
    // Karras et al. (2022), table 1.
    private const double Rho = 7;

    private readonly double[] sigmas;

    // ComfyUI's and stable-diffusion-webui's share of the picture where nothing is left of it: a level of 4,518.8 instead of an infinite
    // one.
    private const double LeastAlpha = 4.8973451890853435e-8;

    /// <summary>The levels of a schedule.</summary>
    /// <param name="schedule">The schedule. Where it leaves nothing of the picture, the level is that of ComfyUI.</param>
    public SigmaSchedule(NoiseSchedule schedule) =>
        sigmas =
            [.. schedule.AlphasCumulative.Select(alpha => Math.Max(alpha, LeastAlpha)).Select(alpha => Math.Sqrt((1 - alpha) / alpha))];

    /// <summary>The levels of <see cref="NoiseSchedule.ZeroTerminalSnr"/>.</summary>
    public static SigmaSchedule ZeroTerminalSnr { get; } = new(NoiseSchedule.ZeroTerminalSnr);

    /// <summary>The level of each timestep, rising: 0.0292 to 14.6 for Stable Diffusion.</summary>
    public IReadOnlyList<double> Levels => sigmas;

    /// <summary>The levels that a sampler goes through.</summary>
    /// <param name="kind">The sampler.</param>
    /// <param name="steps">1..<see cref="PictureRequest.MaxSteps"/>.</param>
    public IReadOnlyList<double> For(SamplerKind kind, int steps) => kind switch
    {
        SamplerKind.Ddim => Ddim(steps),
        SamplerKind.DpmPlusPlus2M => Karras(steps),
        _ => Uniform(steps),
    };

    /// <summary>k-diffusion's <c>get_sigmas</c>: timesteps from 999 to 0 at equal distances, then 0.</summary>
    /// <param name="steps">1..<see cref="PictureRequest.MaxSteps"/>.</param>
    public IReadOnlyList<double> Uniform(int steps) =>
        [.. Ramp(steps).Select(share => LevelOf((NoiseSchedule.Steps - 1) * (1 - share))), 0];

    /// <summary>
    /// k-diffusion's <c>get_sigmas_karras</c> from the greatest to the least level, then 0: the 7th roots are at equal distances.
    /// </summary>
    /// <param name="steps">1..<see cref="PictureRequest.MaxSteps"/>.</param>
    public IReadOnlyList<double> Karras(int steps)
    {
        var (first, last) = (Math.Pow(sigmas[^1], 1 / Rho), Math.Pow(sigmas[0], 1 / Rho));
        return [.. Ramp(steps).Select(share => Math.Pow(first + (share * (last - first)), Rho)), 0];
    }

    /// <summary>CompVis' timesteps for DDIM: every 1000 / steps-th, plus one; the last step ends at timestep 0.</summary>
    /// <param name="steps">1..<see cref="PictureRequest.MaxSteps"/>.</param>
    public IReadOnlyList<double> Ddim(int steps)
    {
        Check(steps);
        var stride = NoiseSchedule.Steps / steps;
        return [.. Enumerable.Range(0, steps).Select(step => sigmas[((steps - 1 - step) * stride) + 1]), sigmas[0]];
    }

    /// <summary>The timestep of a level, a real number in 0..999; between two timesteps the level's logarithm is straight.</summary>
    /// <param name="sigma">Above 0.</param>
    public double TimestepOf(double sigma)
    {
        var place = Array.BinarySearch(sigmas, sigma);
        if (place >= 0)
            return place;
        var above = Math.Clamp(~place, 1, sigmas.Length - 1);
        var (low, high) = (Math.Log(sigmas[above - 1]), Math.Log(sigmas[above]));
        return above - 1 + Math.Clamp((Math.Log(sigma) - low) / (high - low), 0, 1);
    }

    private double LevelOf(double timestep)
    {
        var below = Math.Min((int)timestep, sigmas.Length - 2);
        return Math.Exp(double.Lerp(Math.Log(sigmas[below]), Math.Log(sigmas[below + 1]), timestep - below));
    }

    // From 0 to 1; a single step takes the 0.
    private static IEnumerable<double> Ramp(int steps)
    {
        Check(steps);
        return Enumerable.Range(0, steps).Select(step => step / Math.Max(1.0, steps - 1));
    }

    private static void Check(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, PictureRequest.MaxSteps);
    }
}
