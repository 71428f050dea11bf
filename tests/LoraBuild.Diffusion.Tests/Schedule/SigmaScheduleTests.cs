using LoraBuild.Diffusion.Schedule;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Tests.Schedule;

public class SigmaScheduleTests
{
    private static readonly SigmaSchedule Schedule = new(NoiseSchedule.StableDiffusion);

    [Fact]
    public void Levels_are_those_of_k_diffusion()
    {
        // k-diffusion's sigma_min and sigma_max of Stable Diffusion.
        Assert.Equal(0.0292, Schedule.Levels[0], 4);
        Assert.Equal(14.6146, Schedule.Levels[^1], 4);
        Assert.Equal(
            Math.Sqrt((1 - NoiseSchedule.StableDiffusion.AlphasCumulative[500]) / NoiseSchedule.StableDiffusion.AlphasCumulative[500]),
            Schedule.Levels[500], 12);
    }

    [Fact]
    public void Karras_levels_follow_the_papers_formula()
    {
        var sigmas = Schedule.For(SamplerKind.DpmPlusPlus2M, 8);

        Assert.Equal(9, sigmas.Count);
        Assert.Equal((Schedule.Levels[^1], 0), (sigmas[0], sigmas[^1]), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-9 && a.Item2 == b.Item2);
        Assert.Equal(Schedule.Levels[0], sigmas[7], 9);
        var (most, least) = (Math.Pow(14.614641, 1 / 7.0), Math.Pow(0.029167, 1 / 7.0));
        Assert.Equal(Math.Pow(most + (3 / 7.0 * (least - most)), 7), sigmas[3], 4);
    }

    [Fact]
    public void Uniform_levels_stand_at_equal_distances_of_time()
    {
        var sigmas = Schedule.For(SamplerKind.Euler, 3);

        Assert.Equal(4, sigmas.Count);
        Assert.Equal(Schedule.Levels[999], sigmas[0], 9);
        Assert.Equal(Math.Sqrt(Schedule.Levels[499] * Schedule.Levels[500]), sigmas[1], 9);
        Assert.Equal(Schedule.Levels[0], sigmas[2], 9);
        Assert.Equal(0, sigmas[3]);
        Assert.Equal([Schedule.Levels[999], 0], Schedule.For(SamplerKind.EulerAncestral, 1).Select(sigma => Math.Round(
            sigma, 12)), (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Fact]
    public void DDIM_takes_CompVis_timesteps() =>
        Assert.Equal(
            [Schedule.Levels[751], Schedule.Levels[501], Schedule.Levels[251], Schedule.Levels[1], Schedule.Levels[0]],
            Schedule.For(SamplerKind.Ddim, 4));

    [Fact]
    public void A_levels_timestep_leads_back_to_it()
    {
        Assert.All([0, 1, 500, 998, 999], timestep => Assert.Equal(timestep, Schedule.TimestepOf(Schedule.Levels[timestep]), 9));
        Assert.Equal(499.5, Schedule.TimestepOf(Math.Sqrt(Schedule.Levels[499] * Schedule.Levels[500])), 9);
        Assert.Equal((0, 999), (Schedule.TimestepOf(1e-3), Schedule.TimestepOf(100)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void Steps_have_a_range(int steps) => Assert.All(
        Enum.GetValues<SamplerKind>(), kind => Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.For(kind, steps)));
}
