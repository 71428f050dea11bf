using System.Globalization;
using System.Runtime.InteropServices;

namespace LoraBuild.Benchmarks.Measuring;

/// <summary>The resident memory of processes as Linux counts it, in bytes.</summary>
internal static partial class ProcessMemory
{
    private const long Page = 1024;

    /// <summary>What is resident in this process now, after freed memory has been given back.</summary>
    public static long Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = malloc_trim(0);
        // Sets the peak back to what is resident now: proc(5), clear_refs.
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Value("VmRSS");
    }

    /// <summary>The most that was resident since <see cref="Settle"/>.</summary>
    public static long Peak() => Value("VmHWM");

    /// <summary>The most that any process was resident with so far of those that a process started, and that these started.</summary>
    public static long PeakBelow(int ancestor)
    {
        var parents = new Dictionary<int, (int Parent, long Peak)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), out var id))
                    parents[id] = ((int)Value("PPid", id), Value("VmHWM", id));
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // It has ended since, or has no memory of its own.
            }
        }

        return parents.Where(process => IsBelow(process.Key)).Select(process => process.Value.Peak * Page).DefaultIfEmpty().Max();

        bool IsBelow(int id) => parents.TryGetValue(id, out var process) && (process.Parent == ancestor || IsBelow(process.Parent));
    }

    private static long Value(string key) => Page * Value(key, Environment.ProcessId);

    private static long Value(string key, int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
