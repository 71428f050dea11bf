using System.Globalization;
using LoraBuild.Benchmarks.Models;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Steps;

namespace LoraBuild.Benchmarks.Training;

/// <summary>
/// The same training of a full-size model, text encoder and UNet, with other numbers of threads within operators, compared bit by bit after
/// each step: losses, gradients, weights and the optimizer's state.
/// </summary>
internal sealed class SameBitsBenchmark : IBenchmark
{
    private static readonly int[] Threads = [1, 2];

    /// <inheritdoc/>
    public string Name => "same-bits-sd15";

    /// <inheritdoc/>
    public string Summary =>
        "whether a full-size training on one thread and on two has the same bits: [STEPS, 2 [LATENT, 32 [checkpointing]]]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var steps = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 2;
        var side = arguments.Count > 1 ? long.Parse(arguments[1], CultureInfo.InvariantCulture) : 32;
        var settings = new TrainingSettings { GradientCheckpointing = arguments.Contains("checkpointing") };
        var folder = Directory.CreateTempSubdirectory("lorabuild-");
        try
        {
            using var scope = NewDisposeScope();
            using var model = (StableDiffusionModel)FullSizeTraining.Load(FullSizeModel.StableDiffusion15, folder.FullName);
            var first = Train(model, settings, steps, side, Threads[0]);
            var second = Train(model, settings, steps, side, Threads[1]);
            var differing = 0;
            for (var i = 0; i < steps; i++)
            {
                foreach (var (name, values) in first[i])
                {
                    var others = second[i][name];
                    var count = Enumerable.Range(0, values.Length).Count(place => values[place] != others[place]);
                    if (count > 0)
                        Console.WriteLine($"step {i + 1}: {name} differs in {count} of {values.Length} bytes");
                    differing += count;
                }
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"latents {side}x{side}, batch {settings.TrainBatchSize}, {steps} steps on {Threads[0]} and on {Threads[1]} threads: "
                + $"{(differing == 0 ? "the same bits" : "DIFFERENT")} in loss, gradients, weights and optimizer state"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<Dictionary<string, byte[]>> Train(
        StableDiffusionModel model, TrainingSettings settings, int steps, long side, int threads)
    {
        using var scope = NewDisposeScope();
        set_num_threads(threads);
        using var network = AdapterNetwork.Create(model, settings);
        using var optimizer = OptimizerFactory.Create(settings, network.Parameters);
        var step = new TrainingStep(new(model, network), second: null, optimizer, settings);
        var text = new ClipText(
            model.Tokenizer.Encode("1girl, solo, smile, looking at viewer, white shirt, pleated skirt", settings.MaxTokenLength));
        var results = new List<Dictionary<string, byte[]>>();
        for (var i = 0; i < steps; i++)
        {
            using var inner = NewDisposeScope();
            using var random = new Generator((ulong)i + 1);
            long[] shape = [settings.TrainBatchSize, model.UNet.InChannels, side, side];
            var timesteps = Enumerable.Range(0, settings.TrainBatchSize).Select(sample => (long)(999 - (200 * sample) - i)).ToArray();
            var result = step.Run(
                new StepInput(
                    [.. timesteps.Select(_ => text)], randn(shape, generator: random), randn(shape, generator: random), timesteps),
                group => settings.LearningRate);
            var found = new Dictionary<string, byte[]>
            {
                ["loss"] = BitConverter.GetBytes(result.Loss),
                ["gradient norm"] = BitConverter.GetBytes(result.GradientNorm),
                ["gradients"] = network.Parameters.Gradients.bytes.ToArray(),
                ["weights"] = network.Parameters.Values.detach().bytes.ToArray(),
            };
            foreach (var (name, state) in optimizer.State)
                found[name] = state.bytes.ToArray();
            results.Add(found);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{threads} threads, step {i + 1}: loss {result.Loss:R}, gradient norm {result.GradientNorm:R}"));
        }

        return results;
    }
}
