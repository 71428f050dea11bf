using System.Globalization;
using LoraBuild.Settings;
using LoraBuild.Training;
using LoraBuild.Training.Jobs;

namespace LoraBuild.Benchmarks.Training;

/// <summary>
/// For how much of a training its steps wait for pictures. The miniature's steps are hundreds of times shorter than a real model's, and its
/// photographs as large as any: where these do not wait, no training does.
/// </summary>
internal sealed class LoadingBenchmark : IBenchmark
{
    private const int Pictures = 64;

    /// <inheritdoc/>
    public string Name => "loading";

    /// <inheritdoc/>
    public string Summary => "the share of a training on the miniature in which steps wait for pictures: [EPOCHS, 3]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var epochs = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 3;
        var settings = MiniatureTraining.Settings with { MaxTrainEpochs = epochs, SaveEveryNEpochs = 0 };
        Measure("pictures of 128 x 128", 128, 128, settings);
        Measure("pictures of 1024 x 1536", 1024, 1536, settings);
        Measure("the same, decoded again in each epoch", 1024, 1536, settings with { PersistentDataLoaderWorkers = false });
        Measure("the same, without loading ahead", 1024, 1536, settings with { MaxDataLoaderNWorkers = 0 });
    }

    private static void Measure(string what, int width, int height, TrainingSettings settings)
    {
        var folder = Directory.CreateTempSubdirectory("lorabuild-");
        try
        {
            var speed = 0.0;
            var job = MiniatureTraining.OnPhotographs(folder.FullName, Pictures, width, height, settings);
            var result = Trainer.Run(job, new Callback(progress => speed = progress.StepsPerSecond));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {result.Steps} steps at {speed:0.00} a second, which waited {100 * result.ShareOfWaiting:0.00} % of the time "
                + $"after the first"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
