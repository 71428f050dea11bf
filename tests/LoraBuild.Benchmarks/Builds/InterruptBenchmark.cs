using System.Diagnostics;
using System.Globalization;
using LoraBuild.Builds;

namespace LoraBuild.Benchmarks.Builds;

/// <summary>
/// How long it takes from Ctrl-C in a training until worker and build have ended, in the middle of a step, and at which step the next build
/// goes on. The yardstick is the step itself: who waits for its end needs that long.
/// </summary>
internal sealed class InterruptBenchmark : IBenchmark
{
    private const int Steps = 1000;

    public string Name => "interrupt";

    public string Summary =>
        "Ctrl-C in a training: seconds until worker and build have ended; argument: a full-size checkpoint (else the miniature)";

    public void Run(IReadOnlyList<string> arguments)
    {
        using var project = new CharacterProject(train: true).With("high/aoi_001.png").With("low/aoi_207.jpg");
        project.Properties["LoraMaxTrainSteps"] = Steps.ToString(CultureInfo.InvariantCulture);
        if (arguments.Count > 0)
        {
            project.Properties["LoraBaseModel"] = Path.GetFullPath(arguments[0]);
            project.Properties["LoraTokenizer"] = Path.Combine(AppContext.BaseDirectory, "Data", "tokenizer");
            project.Properties["LoraResolution"] = "512,512";
            project.Properties["LoraBucketResoSteps"] = "64";
            project.Properties["LoraTrainBatchSize"] = "1";
            project.Properties["LoraGradientCheckpointing"] = "true";
        }

        foreach (var signal in new[] { "INT", "TERM" })
        {
            using var build = project.Start();
            build.WaitFor(line => line.Contains("Train: step ", StringComparison.Ordinal));
            var first = build.Elapsed;
            var goesOn = build.Log.FirstOrDefault(line => line.Text.Contains("Going on with", StringComparison.Ordinal))?.Text.Trim()
                ?? "Train: starts";
            // The second report comes with a later step, so the time of a step is known, and the next step is under way a moment later.
            var told = build.Log.Count(IsProgress);
            while (build.Log.Count(IsProgress) == told)
                Thread.Sleep(10);
            Thread.Sleep(500);
            var worker = ProcessTree.FindBelow(build.Id, "LoraBuild.Worker.dll")!.Value;
            var since = Stopwatch.StartNew();
            build.SignalGroup(signal);
            while (Directory.Exists($"/proc/{worker}"))
                Thread.Sleep(10);
            var workerEnded = since.Elapsed;
            build.Wait();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{goesOn} SIG{signal} after '{build.Log.Last(IsProgress).Text.Trim()}', "
                + $"{(build.Log.Last(IsProgress).At - first).TotalSeconds:0.0} s after the first step: worker ended after "
                + $"{workerEnded.TotalSeconds:0.00} s, build after {since.Elapsed.TotalSeconds:0.00} s"));
        }

        using var last = project.Start();
        last.WaitFor(line => line.Contains("Going on with", StringComparison.Ordinal));
        Console.WriteLine(last.Log.Last(line => line.Text.Contains("Going on with", StringComparison.Ordinal)).Text.Trim());
    }

    private static bool IsProgress(LogLine line) => line.Text.Contains("Train: step ", StringComparison.Ordinal);
}
