using System.Globalization;
using System.Runtime.InteropServices;

namespace LoraBuild.Benchmarks.Measuring;

/// <summary>This process' resident memory as Linux counts it, in bytes.</summary>
internal static partial class ProcessMemory
{
    private const long Page = 1024;

    /// <summary>What is resident now, after freed memory has been given back.</summary>
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

    private static long Value(string key)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return Page * long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
