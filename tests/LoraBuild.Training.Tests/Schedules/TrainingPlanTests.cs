using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Tests.Schedules;

public class TrainingPlanTests
{
    [Fact]
    public void Ten_epochs_and_a_warm_up_of_one_count_samples_over_batch_size_rounded_up()
    {
        var plan = TrainingPlan.For(new(), samplesPerEpoch: 205, batchesPerEpoch: 54);

        Assert.Equal(new TrainingPlan(TotalSteps: 520, WarmupSteps: 52, StepsPerEpoch: 54), plan);
        Assert.Equal(10, plan.Epochs);
    }

    [Fact]
    public void Max_train_epochs_counts_passes_over_the_data()
    {
        var plan = TrainingPlan.For(new() { MaxTrainEpochs = 3 }, samplesPerEpoch: 205, batchesPerEpoch: 54);

        Assert.Equal((162, 3), (plan.TotalSteps, plan.Epochs));
    }
}
