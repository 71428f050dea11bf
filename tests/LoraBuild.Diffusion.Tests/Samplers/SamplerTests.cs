using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Samplers;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Tests.Samplers;

/// <summary>
/// The samplers against what can be written down: steps by hand, and pictures of a normal distribution, whose equation has a solution.
/// </summary>
public class SamplerTests
{
    [Fact]
    public void Eulers_step_by_hand()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(2, StepFormulas.Euler(torch.tensor(3.0), torch.tensor(1.0), sigma: 2, next: 1).item<double>(), 12);
        Assert.Equal(1, StepFormulas.Euler(torch.tensor(3.0), torch.tensor(1.0), sigma: 2, next: 0).item<double>(), 12);
    }

    [Fact]
    public void Eulers_step_is_that_of_DDIM_in_other_coordinates()
    {
        using var scope = torch.NewDisposeScope();
        // Song et al. (2021), equation 12 without noise: z = sqrt(a) picture + sqrt(1 - a) noise.
        const double a = 0.3, next = 0.6, picture = 0.4, noise = -1.3;
        var x = (Math.Sqrt(a) * picture + Math.Sqrt(1 - a) * noise) / Math.Sqrt(a);
        var z = Math.Sqrt(next) * picture + Math.Sqrt(1 - next) * noise;

        var stepped = StepFormulas.Euler(torch.tensor(x), torch.tensor(picture), Math.Sqrt((1 - a) / a), Math.Sqrt((1 - next) / next));

        Assert.Equal(z, stepped.item<double>() * Math.Sqrt(next), 12);
    }

    [Fact]
    public void An_ancestral_step_goes_down_so_far_that_its_noise_brings_it_up_to_the_next_level()
    {
        var (down, up) = StepFormulas.SplitAncestral(2, 1);

        Assert.Equal((0.5, Math.Sqrt(0.75)), (down, up), (a, b) => Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) < 1e-12);
        Assert.Equal((0, 0), StepFormulas.SplitAncestral(2, 0));
    }

    [Fact]
    public void Three_steps_of_DPM_plus_plus_2M_by_hand()
    {
        using var scope = torch.NewDisposeScope();
        // What the model sees at each level.
        var seen = new Dictionary<double, double> { [8] = 2, [4] = 1, [2] = 3 };

        var result = Sampler.Run(
            SamplerKind.DpmPlusPlus2M, (_, sigma) => torch.tensor(seen[sigma]), torch.tensor(10.0), [8, 4, 2, 0],
            _ => throw new InvalidOperationException());

        // First order: 10 * 4/8 + 2 * (1 - 4/8) = 6. Second: r = log 2 / log 2 = 1, aim 1 + (1 - 2) / 2 = 0.5, 6 * 2/4 + 0.5 * (1 - 2/4) =
        // 3.25. At 0: 3.
        Assert.Equal(3, result.item<double>(), 12);
        Assert.Equal(
            3.25, StepFormulas.DpmPlusPlus2M(torch.tensor(6.0), torch.tensor(1.0), (torch.tensor(2.0), 8), 4, 2).item<double>(), 12);
        // Half the step: r = 2, aim 1 + (1 - 2) / 4.
        var root = Math.Sqrt(8);
        Assert.Equal(
            6 * root / 4 + 0.75 * (1 - root / 4),
            StepFormulas.DpmPlusPlus2M(torch.tensor(6.0), torch.tensor(1.0), (torch.tensor(2.0), 8), 4, root).item<double>(), 12);
    }

    [Theory]
    [InlineData(SamplerKind.Euler, 1.9, 2.1)]
    [InlineData(SamplerKind.Ddim, 1.9, 2.1)]
    [InlineData(SamplerKind.DpmPlusPlus2M, 3.6, 4.4)]
    public void Twice_the_steps_bring_the_error_down_as_the_samplers_order_says(SamplerKind kind, double least, double most)
    {
        using var scope = torch.NewDisposeScope();
        var ratio = Error(100) / Error(200);

        Assert.InRange(ratio, least, most);

        double Error(int steps)
        {
            double[] sigmas = [.. Enumerable.Range(0, steps + 1).Select(i => 10 * Math.Pow(0.01, (double)i / steps))];
            var end = Sampler.Run(kind, Picture, torch.tensor(7.0), sigmas, _ => throw new InvalidOperationException()).item<double>();
            // Pictures of deviation c: x at sigma has deviation sqrt(c^2 + sigma^2), and the flow keeps x as a share of it.
            var exact = 7 * Math.Sqrt((0.25 + sigmas[^1] * sigmas[^1]) / (0.25 + 100));
            return Math.Abs(end - exact);
        }
    }

    [Fact]
    public void The_ancestral_sampler_draws_from_the_pictures_own_distribution()
    {
        using var scope = torch.NewDisposeScope();
        double[] sigmas = [.. Enumerable.Range(0, 100).Select(i => 10 * Math.Pow(0.002, i / 99.0)), 0];
        var start = torch.tensor(new CounterRandom(1).NextGaussians(20_000)) * 10;

        var pictures = Sampler.Run(
            SamplerKind.EulerAncestral, Picture, start, sigmas, step => torch.tensor(new CounterRandom(2, step).NextGaussians(20_000)));

        Assert.InRange(pictures.std().item<float>(), 0.48f, 0.52f);
        Assert.InRange(pictures.mean().item<float>(), -0.02f, 0.02f);
        // The start alone does not decide: what was added since does.
        Assert.InRange((pictures * start).mean().item<float>() / 5, -0.3f, 0.3f);
    }

    [Fact]
    public void Cancelled_it_stops_before_the_next_step()
    {
        using var scope = torch.NewDisposeScope();
        using var cancellation = new CancellationTokenSource();
        var steps = 0;

        Assert.Throws<OperationCanceledException>(() => Sampler.Run(
            SamplerKind.Euler,
            (x, _) =>
            {
                if (++steps == 2)
                    cancellation.Cancel();
                return x * 0.5;
            },
            torch.tensor(1.0), [8, 4, 2, 1, 0], _ => throw new InvalidOperationException(), cancellation: cancellation.Token));

        Assert.Equal(2, steps);
    }

    // The mean of pictures of mean 0 and deviation 0.5, given x.
    private static Tensor Picture(Tensor x, double sigma) => x * (0.25 / (0.25 + (sigma * sigma)));
}
