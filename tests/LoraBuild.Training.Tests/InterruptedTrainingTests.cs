using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Settings;
using LoraBuild.Training.Jobs;

namespace LoraBuild.Training.Tests;

/// <summary>What an interrupted training leaves, and what becomes of it.</summary>
[Trait("Speed", "Slow")]
public class InterruptedTrainingTests
{
    private static readonly TrainingSettings ThreeSteps =
        SmallDataset.Settings with { MaxTrainEpochs = null, MaxTrainSteps = new(3, InEpochs: false) };

    [Fact]
    public async Task A_cancellation_in_the_middle_of_a_step_saves_the_steps_before_it_at_once()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with
        {
            TrainBatchSize = 8, Resolution = new(192, 192), GradientAccumulationSteps = 12, MaxTrainEpochs = null,
            MaxTrainSteps = new(3, InEpochs: false),
        };
        var undisturbed = Trainer.Run(SmallDataset.Job(folder, settings));
        var job = SmallDataset.Job(folder, settings, "cancelled");
        using var cancellation = new CancellationTokenSource();
        var saved = false;
        // A thread of its own: all of the pool's may be busy for longer than the steps take.
        var canceller = new Task(
            () =>
            {
                // The next step, of seconds, is under way.
                Thread.Sleep(20);
                cancellation.Cancel();
                saved = File.Exists(job.StateFile);
            },
            TaskCreationOptions.LongRunning);

        Assert.ThrowsAny<OperationCanceledException>(
            () => Trainer.Run(job, new Callback(progress =>
            {
                if (progress.Step == 1)
                    canceller.Start(TaskScheduler.Default);
            }), cancellation: cancellation.Token));

        await canceller;
        Assert.True(saved);
        var resumed = Trainer.Run(job);
        Assert.Equal(undisturbed.Losses[0], resumed.Losses[0]);
        Assert.All(undisturbed.Losses.Zip(resumed.Losses), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        // At this size some of a GPU's gradients are sums in whatever order its threads come.
        if (cuda.is_available())
            return;
        Assert.Equal(undisturbed.Losses, resumed.Losses);
        Assert.Equal(File.ReadAllBytes(undisturbed.Files[^1]), File.ReadAllBytes(resumed.Files[^1]));
    }

    [Theory]
    [InlineData("cut off")]
    [InlineData("a flipped bit")]
    [InlineData("gone")]
    public void Where_the_last_state_is_damaged_the_training_goes_on_from_the_one_before_and_says_so(string damage)
    {
        using var folder = new TemporaryFolder();
        var undisturbed = Trainer.Run(SmallDataset.Job(folder, ThreeSteps));
        var job = InterruptedTwice(folder);
        Damage(job.StateFile, damage);
        var (log, told) = (new List<string>(), new List<Diagnostic>());

        var resumed = Trainer.Run(job, log: log.Add, report: told.Add);

        Assert.Contains(log, line => line.Contains("Going on with an interrupted training at step 2 of 3", StringComparison.Ordinal));
        if (damage == "gone")
        {
            Assert.Empty(told);
        }
        else
        {
            var warning = Assert.Single(told);
            Assert.Equal((DiagnosticCode.StateDamaged, Severity.Warning, job.StateFile), (warning.Code, warning.Severity, warning.File));
            Assert.Contains("goes on from the one before, at step 2", warning.Message, StringComparison.Ordinal);
        }

        Assert.Equal(undisturbed.Losses, resumed.Losses);
        Assert.Equal(File.ReadAllBytes(undisturbed.Files[^1]), File.ReadAllBytes(resumed.Files[^1]));
    }

    [Fact]
    public void Where_both_states_are_damaged_the_training_starts_anew_and_says_so()
    {
        using var folder = new TemporaryFolder();
        var undisturbed = Trainer.Run(SmallDataset.Job(folder, ThreeSteps));
        var job = InterruptedTwice(folder);
        Damage(job.StateFile, "a flipped bit");
        Damage(job.StateFile + ".previous", "cut off");
        var told = new List<Diagnostic>();

        var again = Trainer.Run(job, report: told.Add);

        Assert.Contains("starts anew", Assert.Single(told).Message, StringComparison.Ordinal);
        Assert.Equal(undisturbed.Losses, again.Losses);
    }

    [Fact]
    public void A_finished_training_whose_result_was_lost_trains_no_step_again()
    {
        using var folder = new TemporaryFolder();
        var job = SmallDataset.Job(folder, ThreeSteps);
        var first = Trainer.Run(job);
        var lora = File.ReadAllBytes(first.Files[^1]);
        File.Delete(first.Files[^1]);
        var log = new List<string>();

        var again = Trainer.Run(job, log: log.Add);

        Assert.Contains(log, line => line.Contains("after its 3 steps", StringComparison.Ordinal));
        Assert.Equal(first.Losses, again.Losses);
        Assert.Equal(lora, File.ReadAllBytes(again.Files[^1]));
    }

    [Fact]
    public void A_picture_that_was_exchanged_is_not_trained_on_and_the_steps_before_it_are_kept()
    {
        using var folder = new TemporaryFolder();
        var job = SmallDataset.Job(folder, ThreeSteps with { MaxTrainSteps = new(12, InEpochs: false), MaxDataLoaderNWorkers = 0 });
        var group = job.Manifest.Groups[0];
        var picture = Path.Combine(job.DatasetFolder, group.Folder, group.Pictures[0].File);
        var whole = File.ReadAllBytes(picture);
        File.Copy(Path.Combine(job.DatasetFolder, group.Folder, group.Pictures[1].File), picture, overwrite: true);
        var steps = 0;

        var problem = Assert.Throws<LoraBuildException>(() => Trainer.Run(job, new Callback(progress => steps = progress.Step))).Diagnostic;

        Assert.Equal((DiagnosticCode.ChangedMeanwhile, picture), (problem.Code, problem.File));
        File.WriteAllBytes(picture, whole);
        var log = new List<string>();
        Trainer.Run(job, log: log.Add);
        Assert.Equal(steps > 0, log.Any(line => line.Contains("Going on", StringComparison.Ordinal)));
    }

    // Its last state is after two steps, the one before after one.
    private static TrainingJob InterruptedTwice(TemporaryFolder folder)
    {
        var job = SmallDataset.Job(folder, ThreeSteps, "interrupted");
        Trainer.Run(job with { StopAfter = TimeSpan.Zero });
        Trainer.Run(job with { StopAfter = TimeSpan.Zero });
        return job;
    }

    private static void Damage(string file, string damage)
    {
        var bytes = File.ReadAllBytes(file);
        switch (damage)
        {
            case "cut off":
                File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
                break;
            case "a flipped bit":
                // Within the tensors: the file as such is sound.
                bytes[^(bytes.Length / 3)] ^= 4;
                File.WriteAllBytes(file, bytes);
                SafetensorsFile.Open(file).Dispose();
                break;
            default:
                File.Delete(file);
                break;
        }
    }

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
