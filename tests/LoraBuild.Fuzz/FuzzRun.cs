using System.Globalization;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Fuzz;

/// <summary>A case in which a reader did what it must not.</summary>
/// <param name="Reader">The reader.</param>
/// <param name="Seed">Makes the same file again.</param>
/// <param name="Fault">An exception without a code, time or memory.</param>
internal sealed record FuzzFault(string Reader, int Seed, string Fault)
{
    /// <summary>The fault and the command that shows it again.</summary>
    public override string ToString() => $"{Fault}\nagain: dotnet run --project tests/LoraBuild.Fuzz -- fuzz {Reader} 1 {Seed}";
}

/// <summary>Gives a reader damaged files, one after the other.</summary>
internal sealed class FuzzRun
{
    private const int FaultsToldInFull = 20;

    /// <summary>The time of the processor that a case may take. Sound files of these sizes take milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The time that a case may take where it waits for something.</summary>
    private static readonly TimeSpan PatienceOfWaiting = TimeSpan.FromMinutes(5);

    private readonly FuzzReader reader;
    private readonly TextWriter? log;
    private readonly Dictionary<string, int> faultsByKind = [];
    private readonly List<FuzzFault> faults = [];
    private volatile int seed;
    private long began;
    private long beganAtUse;
    private long resident;

    private FuzzRun(FuzzReader reader, TextWriter? log) => (this.reader, this.log) = (reader, log);

    /// <summary>Does cases with the seeds that follow one another, and gives the faults, one of each kind and place.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="count">The number of cases.</param>
    /// <param name="firstSeed">The seed of the first.</param>
    /// <param name="log">Told of each new fault at once, or null.</param>
    public static IReadOnlyList<FuzzFault> Do(FuzzReader reader, int count, int firstSeed, TextWriter? log = null)
    {
        var run = new FuzzRun(reader, log) { seed = firstSeed };
        return run.Watch(count);
    }

    private List<FuzzFault> Watch(int count)
    {
        using var folder = new TemporaryFolder();
        Begin();
        var work = Task.Factory.StartNew(
            () => DoCases(folder, count), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (!work.Wait(TimeSpan.FromSeconds(1)))
        {
            if (Environment.CpuUsage.TotalTime.Ticks - Volatile.Read(ref beganAtUse) < Patience.Ticks
                && Environment.TickCount64 - Volatile.Read(ref began) < PatienceOfWaiting.TotalMilliseconds)
                continue;
            // The thread cannot be stopped; what follows would be measured beside it.
            Tell(new FuzzFault(reader.Name, seed, $"It takes longer than {Patience.TotalSeconds} s."));
            return faults;
        }

        return faults;
    }

    private void DoCases(TemporaryFolder folder, int count)
    {
        var first = seed;
        resident = MostResident();
        for (var done = 0; done < count; done++)
        {
            seed = first + done;
            // Of a process that a native library ends, nothing else tells which case it was.
            log?.Write($"\r{reader.Name} {seed} ");
            var file = new Mutator(new Random(seed), reader).Next();
            Begin();
            DoCase(folder, file);
        }
    }

    private void Begin()
    {
        Volatile.Write(ref beganAtUse, Environment.CpuUsage.TotalTime.Ticks);
        Volatile.Write(ref began, Environment.TickCount64);
    }

    private void DoCase(TemporaryFolder folder, byte[] file)
    {
        var path = folder.File(reader.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, file);
        var (managed, native) = (GC.GetAllocatedBytesForCurrentThread(), resident);
        try
        {
            reader.Read(path);
        }
        catch (LoraBuildException e) when (e.Diagnostic.Code.StartsWith("LB", StringComparison.Ordinal))
        {
            // An answer.
        }
        catch (Exception e)
        {
            Tell(new FuzzFault(reader.Name, seed, $"{e}"), $"{e.GetType()} {e.StackTrace?.Split('\n')[0]}");
        }

        resident = MostResident();
        var taken = Math.Max(GC.GetAllocatedBytesForCurrentThread() - managed, resident - native);
        if (taken > reader.MemoryLimit)
            Tell(new FuzzFault(reader.Name, seed, $"It takes {taken >> 20} MB for a file of {file.Length} bytes."), "memory");
    }

    private void Tell(FuzzFault fault, string kind = "time")
    {
        var before = faultsByKind.GetValueOrDefault(kind);
        faultsByKind[kind] = before + 1;
        if (before > 0 || faults.Count >= FaultsToldInFull)
            return;
        faults.Add(fault);
        log?.WriteLine($"\r{fault}");
    }

    // The most memory that the process ever had, in bytes.
    private static long MostResident()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                return long.Parse(line.AsSpan(6).Trim()[..^3], NumberStyles.None, CultureInfo.InvariantCulture) << 10;
        }

        return 0;
    }
}
