using System.Globalization;
using LoraBuild.Benchmarks.Measuring;
using LoraBuild.Benchmarks.Models;
using LoraBuild.Builds;

namespace LoraBuild.Benchmarks.Builds;

/// <summary>
/// A whole <c>dotnet build</c> of a character on a checkpoint of a base model's full size with random weights: a few steps with the
/// defaults but for the size of the batch.
/// </summary>
/// <param name="model">The base model.</param>
/// <param name="standardSteps">The steps where none are asked for.</param>
/// <param name="target">The most memory that the worker should take, in bytes.</param>
internal sealed class FullSizeBuildBenchmark(FullSizeModel model, int standardSteps, double target) : IBenchmark
{
    private const int PollMilliseconds = 100;

    /// <inheritdoc/>
    public string Name => $"build-{model.Name}";

    /// <inheritdoc/>
    public string Summary =>
        $"dotnet build on a random full-size checkpoint: time, and peak memory of the worker: [STEPS, {standardSteps}] [PIXELS, 512]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var steps = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : standardSteps;
        var side = arguments.Count > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 512;
        using var project = new FullSizeProject(model, steps, side);
        using var build = project.Start();
        var peak = 0L;
        while (!build.HasExited)
        {
            if (ProcessTree.FindBelow(build.Id, "LoraBuild.Worker.dll") is { } worker)
                peak = Math.Max(peak, ProcessMemory.Peak(worker));
            Thread.Sleep(PollMilliseconds);
        }

        var took = build.Elapsed;
        var result = build.Wait();
        var lora = new FileInfo(project.PathOf(FullSizeProject.Lora));
        if (result.ExitCode != 0 || !lora.Exists)
            throw new InvalidOperationException($"The build failed:\n{result.Output}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{steps} steps at {side} x {side}: dotnet build took {took:m\\:ss}, its worker at most {peak / 1e9:0.0} GB (target "
            + $"{target / 1e9:0}); the LoRA has {lora.Length / 1e6:0.0} MB"));
    }
}
