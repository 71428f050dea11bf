using System.Diagnostics;

namespace LoraBuild.Benchmarks.Measuring;

/// <summary>Candidates that do the same work, run by turns in one process so that what else the machine does meets them alike.</summary>
internal sealed class Contest
{
    private readonly List<(string Name, Action Prepare, Action Run)> candidates = [];

    /// <summary>Adds a candidate.</summary>
    /// <param name="name">Its name in the results.</param>
    /// <param name="prepare">Not measured, before each turn.</param>
    /// <param name="run">What is measured.</param>
    public void Add(string name, Action prepare, Action run) => candidates.Add((name, prepare, run));

    /// <summary>Runs all once for their memory, then by turns for their time.</summary>
    /// <returns>
    /// Each candidate's median time in seconds, that of its processors, which says more where the machine has other work, and peak memory
    /// over what was resident before, in bytes.
    /// </returns>
    public IReadOnlyDictionary<string, (double Seconds, double Processor, long Bytes)> Run(int rounds)
    {
        var bytes = candidates.ToDictionary(candidate => candidate.Name, PeakBytes);
        var times = candidates.ToDictionary(candidate => candidate.Name, _ => new List<double>());
        var processor = candidates.ToDictionary(candidate => candidate.Name, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, prepare, run) in candidates)
            {
                prepare();
                var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
                run();
                times[name].Add(watch.Elapsed.TotalSeconds);
                processor[name].Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
            }
        }

        return candidates.ToDictionary(candidate => candidate.Name, candidate => (
            Median(times[candidate.Name]), Median(processor[candidate.Name]), bytes[candidate.Name]));
    }

    private static long PeakBytes((string Name, Action Prepare, Action Run) candidate)
    {
        candidate.Prepare();
        var before = ProcessMemory.Settle();
        candidate.Run();
        return ProcessMemory.Peak() - before;
    }

    /// <summary>The median; the mean of the two in the middle where there are two.</summary>
    public static double Median(List<double> values)
    {
        values.Sort();
        return (values[values.Count / 2] + values[(values.Count - 1) / 2]) / 2;
    }
}
