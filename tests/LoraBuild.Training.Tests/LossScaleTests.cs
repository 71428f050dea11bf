using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Schedules;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training.Tests;

/// <summary>Loss scaling, which a GPU in half precision needs, with a scale so large that even a CPU's 32 bits overflow.</summary>
public class LossScaleTests
{
    [Fact]
    public void It_halves_at_an_overflow_and_doubles_after_two_thousand_steps_without()
    {
        var scale = new LossScale();

        scale.Update(overflowed: true);
        Assert.Equal((32768, 0), (scale.Factor, scale.StepsSinceChange));
        for (var step = 1; step < 2000; step++)
            scale.Update(overflowed: false);
        Assert.Equal((32768, 1999), (scale.Factor, scale.StepsSinceChange));
        scale.Update(overflowed: false);
        Assert.Equal((65536, 0), (scale.Factor, scale.StepsSinceChange));
    }

    [Fact]
    public void It_has_nothing_left_to_try_when_not_even_the_loss_itself_fits()
    {
        var scale = new LossScale();
        for (var overflow = 0; overflow < 16; overflow++)
        {
            scale.Update(overflowed: true);
            Assert.False(scale.IsExhausted);
        }

        scale.Update(overflowed: true);
        Assert.True(scale.IsExhausted);
    }

    [Fact]
    public void A_step_that_overflows_changes_nothing_and_the_scale_that_fits_gives_the_gradients_without_one()
    {
        using var scope = NewDisposeScope();
        using var model = (StableDiffusionModel)ModelFamilies.Load(
            SmallDataset.Model, ScalarType.Float32, options: new() { Tokenizer = TestData.PathOf("mini-sd", "tokenizer") });
        var settings = SmallDataset.Settings with { OptimizerType = OptimizerType.Lion, MaxGradNorm = 0 };
        using var network = AdapterNetwork.Create(model, settings);
        using var optimizer = new Lion(network.Parameters, new(0.9, 0.99, 0.1));
        var input = new StepInput(
            [new ClipText(model.Tokenizer.Encode("aoi, smile")), new ClipText(model.Tokenizer.Encode("aoi, black hair"))],
            Normal(1).mul_(0.5),
            Normal(2),
            [300, 700]);
        var expected = new TrainingStep(new(model, network), null, optimizer, settings).Run(input, _ => 0).GradientNorm;
        var scale = new LossScale();
        scale.Restore(Math.Pow(2, 140), 0);
        var step = new TrainingStep(new(model, network), null, optimizer, settings, scale);
        var (first, momentum) = (network.Parameters.Values.clone(), optimizer.State["momentum"].clone());

        var skipped = 0;
        StepResult result;
        while ((result = step.Run(input, _ => 1e-3)).Skipped)
        {
            skipped++;
            Assert.True(double.IsFinite(result.Loss));
            Assert.False(double.IsFinite(result.GradientNorm));
            Assert.Equal(Math.Pow(2, 140 - skipped), scale.Factor);
            Assert.True(first.equal(network.Parameters.Values).all().item<bool>());
            Assert.True(momentum.equal(optimizer.State["momentum"]).all().item<bool>());
        }

        Assert.InRange(skipped, 10, 60);
        Assert.Equal(1, scale.StepsSinceChange);
        Assert.Equal(1, result.GradientNorm / expected, 1e-4);
        Assert.False(first.equal(network.Parameters.Values).all().item<bool>());
    }

    /// <summary>
    /// As accelerate's scheduler, which makes no step where the optimizer's was skipped; sd-scripts counts the step all the same.
    /// </summary>
    [Fact]
    [Trait("Speed", "Slow")]
    public void The_schedule_of_the_learning_rates_waits_for_steps_that_overflow_also_when_the_training_is_interrupted()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { LrScheduler = LearningRateSchedule.Linear, MaxTrainEpochs = null,
            MaxTrainSteps = new(30, InEpochs: false) };
        var job = SmallDataset.Job(folder, settings) with { Scale = TooLarge };

        var result = Trainer.Run(job);

        var plain = new LearningRates(new(30, 0, 6), settings, [TestGroups.Denoiser], new());
        var rates = result.Log.UnetLr;
        var skipped = rates.TakeWhile(rate => rate == rates[0]).Count() - 1;
        Assert.InRange(skipped, 5, 25);
        Assert.Equal(30, result.Steps);
        // A GPU's 16 bits may overflow once more later on.
        var distinct = rates.Distinct().ToList();
        Assert.InRange(distinct.Count, 30 - skipped - (cuda.is_available() ? 3 : 0), 30 - skipped);
        Assert.Equal(Enumerable.Range(0, distinct.Count).Select(step => plain.At(step, TestGroups.Denoiser)), distinct);

        var interrupted = SmallDataset.Job(folder, settings, "interrupted") with { Scale = TooLarge };
        Assert.Equal(1, Trainer.Run(interrupted with { StopAfter = TimeSpan.Zero }).Steps);
        Assert.Equal(2, Trainer.Run(interrupted with { StopAfter = TimeSpan.Zero }).Steps);
        Assert.Equal(rates, Trainer.Run(interrupted).Log.UnetLr);
        Assert.Equal(File.ReadAllBytes(result.Files[^1]), File.ReadAllBytes(Path.Combine(interrupted.OutputFolder, "aoi.safetensors")));

        static LossScale TooLarge()
        {
            var scale = new LossScale();
            // Some ten halvings above what fits into 32 bits on a CPU, and into 16 on a GPU.
            scale.Restore(Math.Pow(2, cuda.is_available() ? 34 : 140), 0);
            return scale;
        }
    }

    [Fact]
    public void Steps_that_were_skipped_are_counted_from_the_next_on()
    {
        var skipped = new SkippedSteps();
        skipped.Restore([2, 5]);
        skipped.Add(6);

        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 3, 3], Enumerable.Range(0, 9).Select(skipped.Before));
    }

    private static Tensor Normal(ulong seed)
    {
        using var generator = new Generator(seed);
        return randn([2, 4, 12, 12], generator: generator);
    }
}
