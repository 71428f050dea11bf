#if !TORCHSHARP
using LoraBuild.Settings;
using LoraBuild.Training.Jobs;

namespace LoraBuild.Training.Tests;

/// <summary>
/// The same file whatever the number of threads that operators have, as a full-size model is trained: not in halves side by side.
/// </summary>
[Trait("Speed", "Slow")]
public class ThreadCountTests
{
    [Theory]
    [InlineData("algo=loha gradient_checkpointing=true network_dim=40")]
    [InlineData("algo=lora conv_dim=2 network_dropout=0.1")]
    [InlineData("algo=locon conv_dim=2 dora_wd=true use_tucker=true")]
    [InlineData("algo=lokr conv_dim=2 use_scalar=true scale_weight_norms=0.1")]
    public void A_training_writes_the_same_bytes_on_one_thread_two_and_five(string options)
    {
        using var folder = new TemporaryFolder();
        var settings = Settings(options, steps: 2);

        var files = new[] { 1, 2, 5 }.Select(threads => Bytes(folder, settings, threads, $"on-{threads}")).ToList();

        Assert.All(files, file => Assert.Equal(files[0], file));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Stopped_after_each_of_the_first_steps_and_gone_on_with_on_other_threads_it_ends_with_the_same_bytes(int stops)
    {
        using var folder = new TemporaryFolder();
        var settings = Settings("algo=loha", steps: 4);
        var undisturbed = Bytes(folder, settings, 1, "undisturbed");
        var job = Job(folder, settings, "resumed");

        for (var stop = 1; stop <= stops; stop++)
            On(stop % 3 + 1, () => Assert.Equal(stop, Trainer.Run(job with { StopAfter = TimeSpan.Zero }).Steps));
        On(3 - (stops % 2), () => Assert.True(Trainer.Run(job).IsFinished));

        Assert.Equal(undisturbed, File.ReadAllBytes(Path.Combine(job.OutputFolder, "aoi.safetensors")));
    }

    private static TrainingSettings Settings(string options, int steps)
    {
        var given = SmallDataset.Settings.ToOptions().Where(option => option.Key != "conv_dim").ToDictionary();
        foreach (var option in options.Split(' '))
            given[option.Split('=')[0]] = option.Split('=')[1];
        var settings = TrainingSettings.Parse(given, out var problems);
        Assert.Empty(problems);
        return settings with
        {
            // Large enough for operators to be divided.
            MaxTrainEpochs = null, MaxTrainSteps = new(steps, InEpochs: false), Resolution = new(160, 160), BucketNoUpscale = false,
        };
    }

    private static TrainingJob Job(TemporaryFolder folder, TrainingSettings settings, string output) =>
        SmallDataset.Job(folder, settings, output) with { SideBySideBelow = 0 };

    private static byte[] Bytes(TemporaryFolder folder, TrainingSettings settings, int threads, string output)
    {
        byte[] bytes = [];
        On(threads, () => bytes = File.ReadAllBytes(Trainer.Run(Job(folder, settings, output)).Files[^1]));
        return bytes;
    }

    private static void On(int threads, Action work)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            work();
        }
        finally
        {
            set_num_threads(before);
        }
    }
}
#endif
