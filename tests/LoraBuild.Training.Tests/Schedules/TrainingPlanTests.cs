using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Tests.Schedules;

public class TrainingPlanTests
{
    [Fact]
    public void Ten_epochs_and_a_warm_up_of_one_count_samples_over_batch_size_rounded_up()
    {
        var plan = TrainingPlan.For(new(), samplesPerEpoch: 205, batchesPerEpoch: 54);

        Assert.Equal(new TrainingPlan(TotalSteps: 520, WarmupSteps: 52, BatchesPerEpoch: 54), plan);
        Assert.Equal(10, plan.Epochs);
    }

    [Fact]
    public void Max_train_epochs_counts_passes_over_the_data()
    {
        var plan = TrainingPlan.For(new() { MaxTrainEpochs = 3 }, samplesPerEpoch: 205, batchesPerEpoch: 54);

        Assert.Equal((162, 3), (plan.TotalSteps, plan.Epochs));
    }

    [Fact]
    public void Accumulated_batches_share_a_step_and_an_epoch_ends_with_those_that_are_left()
    {
        var plan =
            TrainingPlan.For(
                new() { GradientAccumulationSteps = 4, MaxTrainEpochs = 2, LrWarmupSteps = new(0, false) }, samplesPerEpoch: 205,
                batchesPerEpoch: 54);

        Assert.Equal((14, 28, 2), (plan.StepsPerEpoch, plan.TotalSteps, plan.Epochs));
        Assert.Equal([0, 4, 52, 54, 58, 108], new[] { 0, 1, 13, 14, 15, 28 }.Select(plan.FirstBatchOf));
        Assert.Equal(13 * 10, TrainingPlan.For(new() { GradientAccumulationSteps = 4 }, 205, 54).TotalSteps);
    }

    [Fact]
    public void A_share_is_one_of_all_steps()
    {
        Assert.True(TrainingLength.TryParse("10%", out var tenth));
        Assert.True(TrainingLength.TryParse("0.25", out var quarter));

        var plan = TrainingPlan.For(new() { LrWarmupSteps = tenth, LrDecaySteps = quarter }, samplesPerEpoch: 205, batchesPerEpoch: 54);

        Assert.Equal((520, 52, 130), (plan.TotalSteps, plan.WarmupSteps, plan.DecaySteps));
    }

    [Theory]
    [InlineData(520, 52)]
    [InlineData(103, 51)]
    [InlineData(3, 1)]
    [InlineData(5200, 52)]
    public void The_warm_up_that_nobody_set_is_an_epoch_but_at_most_half_of_the_training(int steps, int warmup) =>
        Assert.Equal(
            warmup,
            TrainingPlan.For(new() { MaxTrainSteps = new(steps, InEpochs: false) }, samplesPerEpoch: 205, batchesPerEpoch: 54).WarmupSteps);

    [Theory]
    [InlineData("max_train_steps", "100000 epochs")]
    [InlineData("max_train_epochs", "100000")]
    public void A_training_of_more_steps_than_can_be_counted_is_refused(string option, string text)
    {
        var settings = TrainingSettings.Parse(new Dictionary<string, string> { [option] = text, ["train_batch_size"] = "1" }, out _);

        var problem = Assert.Throws<LoraBuildException>(
            () => TrainingPlan.For(settings, samplesPerEpoch: 90_000, batchesPerEpoch: 90_000)).Diagnostic;

        Assert.Equal(DiagnosticCode.InvalidTrainingSetting, problem.Code);
        Assert.Contains("9,000,000,000 steps", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_warm_up_beyond_what_can_be_counted_is_all_of_the_training()
    {
        var settings = TrainingSettings.Parse(
            new Dictionary<string, string> { ["lr_warmup_steps"] = "100000 epochs", ["lr_decay_steps"] = "100000 epochs" }, out _);

        var plan = TrainingPlan.For(settings, samplesPerEpoch: 900_000, batchesPerEpoch: 225_000);

        Assert.Equal((2_250_000, int.MaxValue, int.MaxValue), (plan.TotalSteps, plan.WarmupSteps, plan.DecaySteps));
        Assert.InRange(plan.Curve(settings).FactorAt(plan.TotalSteps - 1), 0, 0.01);
    }

    [Fact]
    public void The_longest_timescale_falls_by_nothing() =>
        Assert.Equal(1, new LearningRateCurve(LearningRateSchedule.InverseSqrt, 0, 100) { Timescale = int.MaxValue }.FactorAt(99), 6);

    [Fact]
    public void Without_a_schedule_the_rate_stays() =>
        Assert.Equal(
            1, TrainingPlan.For(new() { OptimizerType = OptimizerType.AdamWScheduleFree }, 205, 54)
                .Curve(new() { OptimizerType = OptimizerType.AdamWScheduleFree }).FactorAt(0));
}
