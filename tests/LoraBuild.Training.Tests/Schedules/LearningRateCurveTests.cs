using System.Text.Json;
using FsCheck.Xunit;
using LoraBuild.Core.Settings;
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
    public bool Every_schedule_stays_between_0_and_1_and_rises_through_the_warm_up(LearningRateSchedule schedule, byte warmup, byte length, byte step)
    {
        var curve = new LearningRateCurve(schedule, warmup, warmup + length + 1, 3);
        var factor = curve.FactorAt(step);
        return factor is >= 0 and <= 1
            && (schedule == LearningRateSchedule.Constant || step >= warmup || factor == (double)step / warmup)
            && (schedule == LearningRateSchedule.Constant || curve.FactorAt(warmup) == 1);
    }

    [Theory]
    [InlineData(LearningRateSchedule.Linear, 0.5)]
    [InlineData(LearningRateSchedule.Cosine, 0.5)]
    [InlineData(LearningRateSchedule.ConstantWithWarmup, 1)]
    [InlineData(LearningRateSchedule.Constant, 1)]
    public void Half_way_after_the_warm_up_a_schedule_has_fallen_by_its_shape(LearningRateSchedule schedule, double factor) =>
        Assert.Equal(factor, new LearningRateCurve(schedule, 10, 110, 3).FactorAt(60), 1e-12);
}
