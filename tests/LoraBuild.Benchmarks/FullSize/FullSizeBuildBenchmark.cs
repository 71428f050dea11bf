using System.Diagnostics;
using System.Globalization;
using LoraBuild.Benchmarks.Measuring;
using LoraBuild.Benchmarks.Models;
using LoraBuild.Benchmarks.Pictures;
using LoraBuild.Benchmarks.Training;

namespace LoraBuild.Benchmarks.FullSize;

/// <summary>
/// A whole <c>dotnet build</c> of a character on a checkpoint of Stable Diffusion 1.5's size with random weights: a few steps with the
/// defaults but for the size of the batch, on pictures with tag files.
/// </summary>
internal sealed class FullSizeBuildBenchmark : IBenchmark
{
    private const int Pictures = 4;
    private const long Limit = 16_000_000_000;

    /// <inheritdoc/>
    public string Name => "build-sd15";

    /// <inheritdoc/>
    public string Summary => "dotnet build on a random full-size checkpoint: time, and peak memory of the worker: [STEPS, 5] [PIXELS, 512]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var steps = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 5;
        var side = arguments.Count > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 512;
        var folder = Directory.CreateTempSubdirectory("lorabuild-");
        try
        {
            WriteProject(folder.FullName, steps, side);
            var watch = Stopwatch.StartNew();
            var (exitCode, peak) = Build(folder.FullName);
            var lora = Path.Combine(folder.FullName, "bin", "random.safetensors");
            if (exitCode != 0 || !File.Exists(lora))
                throw new InvalidOperationException($"The build failed with exit code {exitCode}.");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{steps} steps at {side} x {side}: dotnet build took {watch.Elapsed:m\\:ss}, its worker at most {peak / 1e9:0.0} GB (target {Limit / 1e9:0}), the LoRA has {new FileInfo(lora).Length / 1e6:0.0} MB"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void WriteProject(string folder, int steps, int side)
    {
        var model = Path.Combine(folder, "random-sd15.safetensors");
        StableDiffusion15.WriteRandom(model, ScalarType.Float16);
        foreach (var picture in Photographs.WritePngs(Path.Combine(folder, "images", "high"), Pictures, side, side))
            File.WriteAllText(Path.ChangeExtension(picture, ".txt"), "1girl, solo, smile, looking at viewer, white shirt, pleated skirt, outdoors\n");
        File.WriteAllText(Path.Combine(folder, "character.yaml"), "trigger: somebody\n");
        File.WriteAllText(Path.Combine(folder, "Random.loraproj"), $"""
            <Project>
              <Import Project="{Path.Combine(Build(), "LoraBuild.props")}" />
              <PropertyGroup>
                <LoraOutputName>random</LoraOutputName>
                <LoraBaseModel>{model}</LoraBaseModel>
                <LoraTokenizer>{Path.Combine(MiniatureTraining.Model, "tokenizer")}</LoraTokenizer>
                <LoraCachePath>{Path.Combine(folder, "cache")}</LoraCachePath>
                <LoraResolution>{side},{side}</LoraResolution>
                <LoraTrainBatchSize>1</LoraTrainBatchSize>
                <LoraMaxTrainSteps>{steps}</LoraMaxTrainSteps>
                <LoraLrWarmupSteps>0</LoraLrWarmupSteps>
              </PropertyGroup>
              <Import Project="{Path.Combine(Build(), "LoraBuild.targets")}" />
            </Project>
            """);

        static string Build() => Path.GetFullPath(Path.Combine(MiniatureTraining.Example, "..", "build"));
    }

    // The most memory that any process below the build held.
    private static (int ExitCode, long Bytes) Build(string folder)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", "-tl:off", "-nodeReuse:false"]) { WorkingDirectory = folder })!;
        var peak = 0L;
        while (!build.WaitForExit(TimeSpan.FromMilliseconds(100)))
            peak = Math.Max(peak, ProcessMemory.PeakBelow(build.Id));
        return (build.ExitCode, peak);
    }
}
