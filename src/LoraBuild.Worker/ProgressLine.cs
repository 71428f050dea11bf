using System.Diagnostics;

namespace LoraBuild.Worker;

/// <summary>Tells the author every few seconds how far a job over many items is. Safe for use from several threads.</summary>
internal sealed class ProgressLine(EventWriter events, string step, int total)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private readonly Stopwatch since = Stopwatch.StartNew();
    private int done;
    private TimeSpan told;

    /// <summary>More items are done.</summary>
    public void Step(int items = 1)
    {
        lock (gate)
        {
            done += items;
            var now = since.Elapsed;
            if (done == total || now - told < Interval)
                return;
            told = now;
            var left = TimeSpan.FromSeconds(now.TotalSeconds / done * (total - done));
            events.Progress($"{step}: {done} of {total}, {left:h\\:mm\\:ss} left");
        }
    }
}
