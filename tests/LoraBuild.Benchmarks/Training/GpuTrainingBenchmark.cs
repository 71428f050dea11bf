using System.Diagnostics;
using System.Globalization;
using LoraBuild.Benchmarks.Measuring;
using LoraBuild.Benchmarks.Models;

namespace LoraBuild.Benchmarks.Training;

/// <summary>
/// A step of LoHa training on a GPU in half precision: ours against the plain form on the same engine, and against sd-scripts' UNet with
/// LyCORIS in the Python that has PyTorch. Each runs in a process of its own, so that what the card's memory holds at its end is its peak:
/// the allocators give nothing back.
/// </summary>
internal sealed class GpuTrainingBenchmark : IBenchmark
{
    private const string Here = "--here", Ours = "ours", Plain = "plain form", Peer = "sd-scripts with LyCORIS";
    private const int MatrixSide = 8192, CopiedBytes = 1 << 30;

    private sealed record Measured(double Seconds, double Megabytes, double Extra);

    /// <inheritdoc/>
    public string Name => "train-gpu";

    /// <inheritdoc/>
    public string Summary =>
        "images/s and memory on a GPU, against the plain form, and sd-scripts with LyCORIS if FOLDER holds both's packages: [ROUNDS [BATCH "
        + "[FOLDER|none [LATENT...]]]]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        if (arguments.Count > 0 && arguments[0] == Here)
        {
            MeasureHere(arguments);
            return;
        }

        if (!cuda.is_available())
            throw new InvalidOperationException("There is no GPU that libtorch can use.");
        var (rounds, batch) = (Number(arguments, 0, 10), Number(arguments, 1, 4));
        var packages = arguments.Count > 2 && arguments[2] != "none" ? arguments[2] : null;
        int[] sizes = arguments.Count > 3 ? [.. arguments.Skip(3).Select(int.Parse)] : [64, 96];
        var folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;
        try
        {
            FullSizeTraining.Write(FullSizeModel.StableDiffusion15, folder);
            var (operations, bytes) = Rates();
            Print(
                $"card: {operations / 1e12:0} TFLOP/s in products of {MatrixSide} x {MatrixSide} halves, {bytes / 1e12:0.00} TB/s copied");
            foreach (var size in sizes)
            {
                foreach (var checkpointing in new[] { false, true })
                    Compare(folder, packages, size, batch, checkpointing, rounds, operations);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Compare(string folder, string? packages, int size, int batch, bool checkpointing, int rounds, double operationsPerSecond)
    {
        Print($"{8 * size} x {8 * size} px, batch {batch}, fp16, checkpointing {(checkpointing ? "on" : "off")}, median of {rounds}");
        string[] settings = [$"{size}", $"{batch}", checkpointing ? "1" : "0", $"{rounds}"];
        var self = typeof(GpuTrainingBenchmark).Assembly.Location;
        var results = new Dictionary<string, Measured>
        {
            [Ours] = Start("dotnet", [self, Name, Here, Ours, folder, .. settings]),
            [Plain] = Start("dotnet", [self, Name, Here, Plain, folder, .. settings]),
        };
        if (packages is not null)
            results[Peer] = Start("python3", [Path.Combine(AppContext.BaseDirectory, "lycoris_step.py"), packages, .. settings]);

        foreach (var (name, (seconds, megabytes, extra)) in results)
            Print(
                $"  {name,-24} {batch / seconds,7:0.00} images/s  {seconds * 1e3,7:0.0} ms  {megabytes,7:0} "
                + $"MB{(name == Peer ? "" : $"  the host was done after {extra * 1e3:0.0} ms")}");
        foreach (var (name, theirs) in results.Where(result => result.Key != Ours))
            Print(
                $"  ours: {theirs.Seconds / results[Ours].Seconds:0.00} times the images/s of {name}, "
                + $"{results[Ours].Megabytes / theirs.Megabytes:0.00} of its memory (targets 1.50 and 0.60)");
        if (results.TryGetValue(Peer, out var peer))
        {
            var forwards = checkpointing ? 3 : 2;
            Print(
                $"  {forwards} frozen forwards are {forwards * peer.Extra / 1e12:0.0} TFLOP: "
                + $"{forwards * peer.Extra / operationsPerSecond * 1e3:0.0} ms at the card's rate");
        }
    }

    // What a process prints: seconds, the card's memory before and after in MB, and a number of its own.
    private static Measured Start(string program, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var last = process.StandardOutput.ReadToEnd().Trim().Split('\n')[^1];
        process.WaitForExit();
        var numbers = last.Split(' ');
        if (process.ExitCode != 0 || numbers.Length != 4)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with exit code {process.ExitCode}.");
        var values = numbers.Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new(values[0], values[2] - values[1], values[3]);
    }

    private static void MeasureHere(IReadOnlyList<string> arguments)
    {
        var (form, folder) = (arguments[1], arguments[2]);
        var (size, batch, checkpointing, rounds) =
            (Number(arguments, 3, 0), Number(arguments, 4, 0), arguments[5] == "1", Number(arguments, 6, 0));
        var before = MemoryInUse();
        using var scope = NewDisposeScope();
        using var bench = new FullSizeTraining(FullSizeModel.StableDiffusion15, folder, CUDA, ScalarType.Float16, batch);
        if (form == Plain)
            bench.UsePlain(checkpointing);
        else
            bench.UseOurs(checkpointing);
        var (times, issued) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds + 2; round++)
        {
            var watch = Stopwatch.StartNew();
            bench.ScaledStep(size);
            var host = watch.Elapsed.TotalSeconds;
            cuda.synchronize();
            // The first steps choose algorithms and take memory.
            if (round < 2)
                continue;
            times.Add(watch.Elapsed.TotalSeconds);
            issued.Add(host);
        }

        Print($"{Contest.Median(times)} {before} {MemoryInUse()} {Contest.Median(issued)}");
    }

    // Floating-point operations of a large product in half precision, and bytes read and written by a large copy, a second.
    private static (double Operations, double Bytes) Rates()
    {
        using var scope = NewDisposeScope();
        var (left, right) =
            (randn([MatrixSide, MatrixSide], ScalarType.Float16, CUDA), randn([MatrixSide, MatrixSide], ScalarType.Float16, CUDA));
        var (from, to) = (randn([CopiedBytes / 4], ScalarType.Float32, CUDA), empty([CopiedBytes / 4], ScalarType.Float32, CUDA));
        var product = Seconds(() => left.matmul(right).Dispose());
        var copy = Seconds(() => to.copy_(from));
        return (2.0 * MatrixSide * MatrixSide * MatrixSide / product, 2.0 * CopiedBytes / copy);

        static double Seconds(Action run)
        {
            const int repeats = 20;
            run();
            cuda.synchronize();
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < repeats; i++)
                run();
            cuda.synchronize();
            return watch.Elapsed.TotalSeconds / repeats;
        }
    }

    private static int MemoryInUse()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "nvidia-smi", ["--query-gpu=memory.used", "--format=csv,noheader,nounits"]) { RedirectStandardOutput = true })!;
        var line = process.StandardOutput.ReadLine();
        process.WaitForExit();
        return int.Parse(line ?? throw new InvalidOperationException("nvidia-smi says nothing."), CultureInfo.InvariantCulture);
    }

    private static int Number(IReadOnlyList<string> arguments, int index, int standard) =>
        arguments.Count > index ? int.Parse(arguments[index], CultureInfo.InvariantCulture) : standard;

    private static void Print(string line) => Console.WriteLine(line);
}
