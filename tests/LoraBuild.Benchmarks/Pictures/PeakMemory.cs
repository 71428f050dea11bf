using System.Diagnostics;

namespace LoraBuild.Benchmarks.Pictures;

/// <summary>The most memory that this process has held so far.</summary>
internal static class PeakMemory
{
    /// <summary>In megabytes; it never falls.</summary>
    public static double Megabytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / 1e6;
        }
    }
}
