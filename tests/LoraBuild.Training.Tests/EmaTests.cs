using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Tests.Optimizers;

namespace LoraBuild.Training.Tests;

/// <summary>The average of the adapters' weights: <c>ema_decay</c>.</summary>
[Trait("Speed", "Slow")]
public class EmaTests
{
    [Fact]
    public void The_average_is_diffusers_EMAModels_and_showing_it_disturbs_nothing()
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var weights = new SmallWeights();
        using var average = new WeightAverage(weights.Buffer, 0.3);
        var expected = weights.Read("vector").Select(value => (double)value).ToArray();
        foreach (var (step, decay) in new[] { (1, 2.0 / 11), (2, 3.0 / 12), (3, 0.3), (4, 0.3) })
        {
            weights.Buffer.Values.add_(step);
            average.Add(step);
            var now = weights.Read("vector");
            expected = [.. expected.Select((value, i) => (decay * value) + ((1 - decay) * now[i]))];
        }

        var trained = weights.Read("vector");
        using (average.Show())
            Assert.All(weights.Read("vector").Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
        Assert.Equal(trained, weights.Read("vector"));
    }

    [Fact]
    public void It_is_written_beside_the_last_weights_which_stay_the_same_and_goes_on_after_an_interruption()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with { MaxTrainEpochs = 1, EmaDecay = 0.9 };
        var plain = Trainer.Run(SmallDataset.Job(folder, settings with { EmaDecay = null }, output: "plain"));
        var whole = Trainer.Run(SmallDataset.Job(folder, settings));
        var job = SmallDataset.Job(folder, settings, output: "parts");
        using (var cancellation = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(
                () => Trainer.Run(job, new Callback(_ => cancellation.Cancel()), cancellation: cancellation.Token));
        }

        var parts = Trainer.Run(job);

        Assert.Equal(["aoi-ema.safetensors", "aoi.safetensors"], whole.Files.Select(Path.GetFileName));
        Assert.Equal(File.ReadAllBytes(whole.Files[0]), File.ReadAllBytes(parts.Files[0]));
        Assert.Equal(Tensors(plain.Files[^1]), Tensors(whole.Files[^1]));
        Assert.NotEqual(Tensors(whole.Files[0]), Tensors(whole.Files[^1]));
    }

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private static Dictionary<string, string> Tensors(string path)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        return file.Tensors.Keys.ToDictionary(name => name, name => Convert.ToHexString(file.Load(name).bytes.ToArray()));
    }
}
