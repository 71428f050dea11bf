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

    /// <summary>The most that another process was resident with so far; 0 where it has ended.</summary>
    public static long Peak(int process)
    {
        try
        {
            return Value("VmHWM", process);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // Its files are gone, or, just before that, its memory.
            return 0;
        }
    }

    private static long Value(string key) => Value(key, Environment.ProcessId);

    private static long Value(string key, int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return Page * long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
