using System.Diagnostics;
using System.Globalization;

namespace LoraBuild.MiniWorld.Training;

/// <summary>Says now and then how a training goes.</summary>
internal sealed class Progress(string what, int steps)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private TimeSpan last;
    private double sum;
    private int count;

    /// <summary>A step has been taken.</summary>
    public void Report(int step, float loss)
    {
        sum += loss;
        count++;
        if (watch.Elapsed - last < Interval && step < steps)
            return;
        last = watch.Elapsed;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: step {step} of {steps}, loss {sum / count:0.0000}, {watch.Elapsed.TotalSeconds:0} s"));
        (sum, count) = (0, 0);
    }
}
