using System.Diagnostics;
using System.Globalization;
using LoraBuild.Benchmarks.Measuring;
using LoraBuild.Benchmarks.Models;
using LoraBuild.Protocol;

namespace LoraBuild.Benchmarks.Training;

/// <summary>
/// A step of LoHa training on the full-size UNet: ours against the plain form, and against the least that any step with frozen weights
/// takes, which is twice the frozen forward: forward, and the gradient of its input. With checkpointing the forward runs once more, so that
/// the least is three times.
/// </summary>
/// <remarks>
/// Measured twice, in a process each. The claim is what both forms take with the allocator that any program has, LyCORIS' users among them.
/// Our worker runs with an allocator that keeps its memory; there the plain form gains more, since most of its time goes into fresh pages
/// for its weight-sized temporaries.
/// </remarks>
/// <param name="name">The benchmark's name.</param>
/// <param name="model">The base model.</param>
/// <param name="dtype">The type of its weights: what lets the plain form fit into 24 GB.</param>
/// <param name="standardRounds">The rounds where none are given.</param>
/// <param name="standardSides">The sides of the latents where none are given.</param>
internal sealed class TrainingStepBenchmark(
    string name, FullSizeModel model, ScalarType dtype, int standardRounds, long[] standardSides) : IBenchmark
{
    private const string Frozen = "frozen forward", Ours = "step", Plain = "plain step", OursAgain = "step, checkpointing",
        PlainAgain = "plain step, checkpointing";
    private const string Ordinary = "ordinary", Worker = "worker", Floor = "floor", Here = "--here";

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Summary =>
        $"step time and memory on {model.Title}'s full-size UNet, against the plain form: [ordinary|worker: one allocator only "
        + "| floor: without the plain form] [ROUNDS [LATENT...]]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        if (arguments.Count > 0 && arguments[0] == Here)
        {
            MeasureHere([.. arguments.Skip(1)]);
            return;
        }

        if (arguments.Count > 0 && arguments[0] == Floor)
        {
            MeasureWith(Ordinary, [.. arguments]);
            return;
        }

        string[] allocators = arguments.Count > 0 && arguments[0] is Ordinary or Worker ? [arguments[0]] : [Ordinary, Worker];
        string[] rest = [.. arguments.SkipWhile(argument => argument is Ordinary or Worker)];
        foreach (var allocator in allocators)
        {
            Console.WriteLine(allocator == Ordinary
                ? "Both forms with the allocator of any program: the claim."
                : "Both forms with the allocator of the build's worker, which keeps its memory.");
            MeasureWith(allocator, rest);
        }
    }

    /// <summary>The arguments: the number of rounds and the sides of the latents, or those given where there are none.</summary>
    internal static (int Rounds, long[] Sizes) Read(IReadOnlyList<string> arguments, int rounds, params long[] sizes) => (
        arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : rounds,
        arguments.Count > 1 ? [.. arguments.Skip(1).Select(long.Parse)] : sizes);

    // An allocator's settings are read at a process' start.
    private void MeasureWith(string allocator, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TrainingStepBenchmark).Assembly.Location, Name, Here, .. arguments]);
        start.Environment.Remove(WorkerEnvironment.Tunables);
        if (allocator == Worker)
        {
            foreach (var (name, value) in WorkerEnvironment.Training)
                start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.WaitForExit();
    }

    private void MeasureHere(IReadOnlyList<string> arguments)
    {
        var withPlain = arguments.Count == 0 || arguments[0] != Floor;
        var (rounds, sizes) = Read(withPlain ? arguments : [.. arguments.Skip(1)], standardRounds, standardSides);
        var folder = Directory.CreateTempSubdirectory("lorabuild-");
        try
        {
            using var scope = NewDisposeScope();
            using var bench = new FullSizeTraining(model, folder.FullName, dtype: dtype);
            foreach (var size in sizes)
                Measure(bench, size, rounds, withPlain);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private void Measure(FullSizeTraining bench, long size, int rounds, bool withPlain)
    {
        var contest = new Contest();
        contest.Add(Frozen, bench.UseNoAdapters, () => bench.Forward(size));
        contest.Add(Ours, () => bench.UseOurs(checkpointing: false), () => bench.Step(size));
        if (withPlain)
            contest.Add(Plain, () => bench.UsePlain(checkpointing: false), () => bench.Step(size));
        contest.Add(OursAgain, () => bench.UseOurs(checkpointing: true), () => bench.Step(size));
        if (withPlain)
            contest.Add(PlainAgain, () => bench.UsePlain(checkpointing: true), () => bench.Step(size));
        var results = contest.Run(rounds);

        Console.WriteLine($"latents {size}x{size}, batch 1, {dtype}, {get_num_threads()} threads, median of {rounds}");
        foreach (var (name, (seconds, processor, bytes)) in results)
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {name,-28} {seconds,8:0.000} s  {processor,8:0.000} s of processors  "
                    + $"{bytes / 1e6,8:0} MB over the frozen weights"));
        Report("without checkpointing", Ours, Plain, 2, 0.20, 0.25);
        Report("with checkpointing", OursAgain, PlainAgain, 3, 0.35, 0.40);

        void Report(string title, string ours, string plain, int forwards, double memory, double time)
        {
            var (mine, floor) = (results[ours], results[Frozen]);
            if (results.TryGetValue(plain, out var theirs))
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {title}: {mine.Seconds / theirs.Seconds:0.000} of the plain form's time (target {time:0.00}) and "
                    + $"{(double)mine.Bytes / theirs.Bytes:0.000} of its memory (target {memory:0.00})"));
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {title}: {mine.Seconds / (forwards * floor.Seconds):0.00} of the floor of {forwards} frozen forwards, "
                + $"{mine.Processor / (forwards * floor.Processor):0.00} in time of processors (target 1.30)"));
        }
    }
}
