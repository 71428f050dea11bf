using System.Runtime.InteropServices;
using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch.Profiling;

/// <summary>
/// The times of libtorch's operators, on all threads, whoever calls them. TorchSharp has nothing like it: only code for this form of
/// the engine can use it.
/// </summary>
public static unsafe class OperatorTimes
{
    /// <summary>
    /// The entry for what the autograd engine took between its operators on the way back; managed functions called by it do not count.
    /// </summary>
    public const string Engine = "autograd engine";

    /// <summary>Runs <paramref name="action"/>, and tells what its operators took. One such call at a time in a process.</summary>
    /// <returns>The operators and <see cref="Engine"/>, the one with the most time first.</returns>
    public static IReadOnlyList<OperatorTime> Of(Action action)
    {
        Native.Check(Native.lb_times_start());
        try
        {
            action();
        }
        catch
        {
            Stop();
            throw;
        }

        return Stop();
    }

    private static List<OperatorTime> Stop()
    {
        nint list;
        int count;
        Native.Check(Native.lb_times_stop(&list, &count));
        var times = new List<OperatorTime>(count);
        for (var i = 0; i < count; i++)
        {
            long calls, nanoseconds;
            var name = Marshal.PtrToStringUTF8(Native.lb_times_entry(list, i, &calls, &nanoseconds))!;
            times.Add(new(name, calls, TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick)));
        }

        Native.lb_times_free(list);
        times.Sort((left, right) => right.Time.CompareTo(left.Time));
        return times;
    }
}

/// <summary>The time of all calls of one operator.</summary>
/// <param name="Name">The operator, as <c>aten::mm</c>.</param>
/// <param name="Calls">The number of calls by managed code or by the autograd engine, but not by another operator.</param>
/// <param name="Time">The time within these calls, which holds that of the operators that they call.</param>
public readonly record struct OperatorTime(string Name, long Calls, TimeSpan Time);
