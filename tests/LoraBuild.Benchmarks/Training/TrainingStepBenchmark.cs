using System.Diagnostics;
using System.Globalization;
using LoraBuild.Benchmarks.Measuring;
using LoraBuild.Core.Worker;

namespace LoraBuild.Benchmarks.Training;

/// <summary>
/// A step of LoHa training on the full-size UNet: ours against the plain form, and against the least that any step with frozen weights
/// takes, which is twice the frozen forward (three times with checkpointing, which runs it once more).
/// </summary>
internal sealed class TrainingStepBenchmark : IBenchmark
{
    private const string Frozen = "frozen forward", Ours = "step", Plain = "plain step", OursAgain = "step, checkpointing", PlainAgain = "plain step, checkpointing";

    /// <inheritdoc/>
    public string Name => "train";

    /// <inheritdoc/>
    public string Summary => "step time and memory on the full-size UNet, against the plain form: [ROUNDS [LATENT...]]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        if (Environment.GetEnvironmentVariable(WorkerEnvironment.Tunables) is not null)
        {
            Console.WriteLine("Memory kept by the process, as the build's worker has it:");
            MeasureHere(arguments);
            return;
        }

        Console.WriteLine("Memory as any program has it:");
        MeasureHere(arguments);
        Again(arguments);
    }

    /// <summary>The arguments: the number of rounds (3) and the sides of the latents (16 and 32).</summary>
    internal static (int Rounds, long[] Sizes) Read(IReadOnlyList<string> arguments) => (
        arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 3,
        arguments.Count > 1 ? [.. arguments.Skip(1).Select(long.Parse)] : [16, 32]);

    // An allocator's settings are read at a process' start.
    private void Again(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TrainingStepBenchmark).Assembly.Location, Name, .. arguments]);
        foreach (var (name, value) in WorkerEnvironment.Training)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.WaitForExit();
    }

    private static void MeasureHere(IReadOnlyList<string> arguments)
    {
        var (rounds, sizes) = Read(arguments);
        var folder = Directory.CreateTempSubdirectory("lorabuild-");
        try
        {
            using var scope = NewDisposeScope();
            using var bench = new FullSizeTraining(folder.FullName);
            foreach (var size in sizes)
                Measure(bench, size, rounds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Measure(FullSizeTraining bench, long size, int rounds)
    {
        var contest = new Contest();
        contest.Add(Frozen, bench.UseNoAdapters, () => bench.Forward(size));
        contest.Add(Ours, () => bench.UseOurs(checkpointing: false), () => bench.Step(size));
        contest.Add(Plain, () => bench.UsePlain(checkpointing: false), () => bench.Step(size));
        contest.Add(OursAgain, () => bench.UseOurs(checkpointing: true), () => bench.Step(size));
        contest.Add(PlainAgain, () => bench.UsePlain(checkpointing: true), () => bench.Step(size));
        var results = contest.Run(rounds);

        Console.WriteLine($"latents {size}x{size}, batch 1, {get_num_threads()} threads, median of {rounds}");
        foreach (var (name, (seconds, bytes)) in results)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-28} {seconds,8:0.000} s  {bytes / 1e6,8:0} MB over the frozen weights"));
        Report("without checkpointing", results[Ours], results[Plain], 2 * results[Frozen].Seconds);
        Report("with checkpointing", results[OursAgain], results[PlainAgain], 3 * results[Frozen].Seconds);
    }

    private static void Report(string title, (double Seconds, long Bytes) ours, (double Seconds, long Bytes) plain, double floor) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {title}: {ours.Seconds / plain.Seconds:0.000} of the plain form's time, {ours.Seconds / floor:0.00} of the floor, {(double)ours.Bytes / plain.Bytes:0.000} of its memory"));
}
