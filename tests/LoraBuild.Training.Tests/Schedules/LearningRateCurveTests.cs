using System.Text.Json;
using FsCheck.Xunit;
using LoraBuild.Settings;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Tests.Schedules;

public class LearningRateCurveTests
{
    [Theory]
    [InlineData("warmup37_total370_cycles3", 37, 370, 3)]
    [InlineData("warmup22_total66_cycles3", 22, 66, 3)]
    [InlineData("warmup0_total30_cycles1", 0, 30, 1)]
    public void Cosine_with_restarts_gives_sd_scripts_learning_rates(string name, int warmup, int total, int cycles)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "lr-schedule.json")));
        var expected = file.RootElement.GetProperty(name);
        var curve = new LearningRateCurve(LearningRateSchedule.CosineWithRestarts, warmup, total, cycles);

        foreach (var (group, highest) in new[] { ("lr_te", 7.5e-5), ("lr_unet", 1.5e-4) })
        {
            var rates = expected.GetProperty(group).EnumerateArray().Select(rate => rate.GetDouble()).ToList();
            Assert.Equal(total, rates.Count);
            for (var step = 0; step < total; step++)
                Assert.Equal(rates[step], highest * curve.FactorAt(step), highest * 1e-9);
        }

        Assert.Equal(0, curve.FactorAt(total));
    }

    [Property]
    public bool Every_schedule_stays_between_0_and_1_and_rises_through_the_warm_up(
        LearningRateSchedule schedule, byte warmup, byte length, byte step)
    {
        var curve = new LearningRateCurve(schedule, warmup, warmup + length + 1, 3) { DecaySteps = length / 2 };
        var factor = curve.FactorAt(step);
        return factor is >= 0 and <= 1
            && (!schedule.HasWarmup || step >= warmup || factor == (double)step / warmup)
            && (!schedule.HasWarmup || curve.FactorAt(warmup) == 1);
    }

    [Theory]
    [InlineData(LearningRateSchedule.Linear, 0.5)]
    [InlineData(LearningRateSchedule.Cosine, 0.5)]
    [InlineData(LearningRateSchedule.ConstantWithWarmup, 1)]
    [InlineData(LearningRateSchedule.Constant, 1)]
    public void Half_way_after_the_warm_up_a_schedule_has_fallen_by_its_shape(LearningRateSchedule schedule, double factor) =>
        Assert.Equal(factor, new LearningRateCurve(schedule, 10, 110, 3).FactorAt(60), 1e-12);

    // The formulas of transformers' optimization.py, written out.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(9, 0.9)]
    [InlineData(10, 1)]
    [InlineData(60, ((1 - 0.001) * 0.25) + 0.001)]
    [InlineData(109, ((1 - 0.001) * 0.0001) + 0.001)]
    [InlineData(110, 0.001)]
    [InlineData(111, 0.001)]
    public void Polynomial_falls_by_its_power_to_its_end(int step, double factor) => Assert.Equal(
        factor, new LearningRateCurve(LearningRateSchedule.Polynomial, 10, 110) { Power = 2, End = 0.001 }.FactorAt(step), 1e-12);

    [Theory]
    [InlineData(10, null, 1)]
    [InlineData(40, null, 0.5)]
    [InlineData(310, 100, 0.5)]
    public void Inverse_sqrt_falls_over_its_time_scale_or_that_of_the_warm_up(int step, int? timescale, double factor) => Assert.Equal(
        factor, new LearningRateCurve(LearningRateSchedule.InverseSqrt, 10, 1000) { Timescale = timescale }.FactorAt(step), 1e-12);

    [Fact]
    public void Inverse_sqrt_without_a_warm_up_falls_over_10000_steps() =>
        Assert.Equal(0.5, new LearningRateCurve(LearningRateSchedule.InverseSqrt, 0, 100).FactorAt(30_000), 1e-12);

    [Theory]
    [InlineData(1, 60, 0.55)]
    [InlineData(1, 110, 0.1)]
    [InlineData(2, 60, 0.1)]
    [InlineData(2, 110, 1)]
    public void Cosine_with_min_lr_goes_down_to_its_lowest_and_up_again(int halfCosines, int step, double factor) => Assert.Equal(
        factor, new LearningRateCurve(LearningRateSchedule.CosineWithMinLr, 10, 110, halfCosines) { Lowest = 0.1 }.FactorAt(step), 1e-12);

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(5, 0.55)]
    [InlineData(10, 1)]
    [InlineData(89, 1)]
    [InlineData(90, 1)]
    [InlineData(100, 0.55)]
    [InlineData(110, 0.1)]
    public void Warmup_stable_decay_rises_stays_and_falls_at_the_end(int step, double factor) => Assert.Equal(
        factor, new LearningRateCurve(LearningRateSchedule.WarmupStableDecay, 10, 110) { DecaySteps = 20, Lowest = 0.1 }.FactorAt(step),
        1e-12);

    // The formulas of transformers' optimization.py and diffusers' get_piecewise_constant_schedule, written out; 10 steps of 110 warm up.
    [Theory]
    [InlineData("lr_scheduler=cosine lr_scheduler_args=num_cycles=1.5", 60, 0.5)]
    [InlineData("lr_scheduler=cosine lr_scheduler_args=num_cycles=1.5", 110, 0)]
    [InlineData("lr_scheduler=cosine lr_scheduler_args=num_cycles=0.25", 110, 0.5)]
    [InlineData("lr_scheduler=polynomial lr_scheduler_args=lr_end=5e-5 learning_rate=1e-4", 60, 0.75)]
    [InlineData("lr_scheduler=polynomial learning_rate=1e-4", 110, 1e-3)]
    [InlineData("lr_scheduler=cosine_with_min_lr lr_scheduler_num_cycles=1 lr_scheduler_args=min_lr=2e-5 learning_rate=1e-4", 60, 0.6)]
    [InlineData("lr_scheduler=warmup_stable_decay lr_decay_steps=20 lr_scheduler_args=decay_type='linear'", 95, 0.75)]
    [InlineData("lr_scheduler=warmup_stable_decay lr_decay_steps=20 lr_scheduler_args=decay_type='1-sqrt'", 95, 0.5)]
    [InlineData("lr_scheduler=warmup_stable_decay lr_scheduler_args=warmup_type='cosine'", 5, 0.5)]
    [InlineData("lr_scheduler=warmup_stable_decay lr_scheduler_args=warmup_type='1-sqrt'", 5, 0.29289321881345254)]
    [InlineData("lr_scheduler=piecewise_constant lr_scheduler_args=step_rules='1:20,0.1:30,0.05'", 0, 1)]
    [InlineData("lr_scheduler=piecewise_constant lr_scheduler_args=step_rules='1:20,0.1:30,0.05'", 20, 0.1)]
    [InlineData("lr_scheduler=piecewise_constant lr_scheduler_args=step_rules='1:20,0.1:30,0.05'", 30, 0.05)]
    public void The_arguments_of_a_schedule_change_its_curve(string options, int step, double factor)
    {
        var settings = TrainingSettings.Parse(
            options.Split(' ').Select(option => option.Split('=', 2)).Append(["lr_warmup_steps", "10"])
                .ToDictionary(option => option[0], option => option[1]),
            out var problems);

        Assert.Empty(problems);
        var plan = TrainingPlan.For(settings with { MaxTrainSteps = new TrainingLength(110, InEpochs: false) }, 100, 50);
        Assert.Equal(factor, plan.Curve(settings).FactorAt(step), 1e-12);
    }
}
