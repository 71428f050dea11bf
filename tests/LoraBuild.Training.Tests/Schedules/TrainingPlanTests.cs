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
        var plan = TrainingPlan.For(new() { GradientAccumulationSteps = 4, MaxTrainEpochs = 2, LrWarmupSteps = new(0, false) }, samplesPerEpoch: 205, batchesPerEpoch: 54);

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

    [Fact]
    public void Without_a_schedule_the_rate_stays() =>
        Assert.Equal(1, TrainingPlan.For(new() { OptimizerType = OptimizerType.AdamWScheduleFree }, 205, 54).Curve(new() { OptimizerType = OptimizerType.AdamWScheduleFree }).FactorAt(0));
}
