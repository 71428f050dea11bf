using System.Diagnostics;
using System.Globalization;
using LoraBuild.Benchmarks.Models;

namespace LoraBuild.Benchmarks.Training;

/// <summary>
/// A step of ours against PyTorch's Python loop around the same operators (Debian's python3-torch: the same libtorch), on as many threads.
/// </summary>
internal sealed class PythonLoopBenchmark : IBenchmark
{
    /// <inheritdoc/>
    public string Name => "train-python";

    /// <inheritdoc/>
    public string Summary => "a step on the full-size UNet against the same in Python; needs python3-torch: [ROUNDS [LATENT...]]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var (rounds, sizes) = TrainingStepBenchmark.Read(arguments, 3, 16, 32);
        var folder = Directory.CreateTempSubdirectory("lorabuild-");
        try
        {
            var ours = Ours(folder.FullName, rounds, sizes);
            foreach (var (size, seconds) in sizes.Zip(ours))
            {
                var python = Python(FullSizeTraining.Checkpoint(folder.FullName), size, rounds);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"latents {size}x{size}, {get_num_threads()} threads: ours {seconds:0.000} s, Python {python:0.000} s, ratio "
                    + $"{seconds / python:0.000}"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<double> Ours(string folder, int rounds, long[] sizes)
    {
        using var scope = NewDisposeScope();
        using var bench = new FullSizeTraining(FullSizeModel.StableDiffusion15, folder);
        bench.UseOurs(checkpointing: false);
        return [.. sizes.Select(size =>
        {
            bench.Step(size);
            var times = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                var watch = Stopwatch.StartNew();
                bench.Step(size);
                times.Add(watch.Elapsed.TotalSeconds);
            }

            return Measuring.Contest.Median(times);
        })];
    }

    private static double Python(string checkpoint, long size, int rounds)
    {
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList =
                { Path.Combine(AppContext.BaseDirectory, "python_loop.py"), checkpoint, $"{size}", $"{rounds}", $"{get_num_threads()}" },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? double.Parse(answer, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("The Python loop failed; it needs Debian's python3-torch.");
    }
}
