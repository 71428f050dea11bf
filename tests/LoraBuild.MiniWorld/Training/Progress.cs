using System.Diagnostics;
using System.Globalization;

namespace LoraBuild.MiniWorld.Training;

/// <summary>Says now and then how a training goes. Only then are losses fetched from the device that computes them.</summary>
internal sealed class Progress(string what, int steps, Device device) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly Tensor sum = zeros(1, device: device).DetachFromDisposeScope();
    private TimeSpan last;
    private int count;

    /// <summary>A step has been taken.</summary>
    /// <exception cref="InvalidOperationException">A loss since the last message is not a number.</exception>
    public void Report(int step, Tensor? loss = null)
    {
        if (loss is not null)
            sum.add_(loss);
        count++;
        if (watch.Elapsed - last < Interval && step < steps)
            return;
        using var scope = NewDisposeScope();
        var mean = sum.cpu().item<float>() / count;
        last = watch.Elapsed;
        var said = loss is null ? "" : string.Create(CultureInfo.InvariantCulture, $"loss {mean:0.0000}, ");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: step {step} of {steps}, {said}{last.TotalSeconds:0.0} s"));
        if (!float.IsFinite(mean))
            throw new InvalidOperationException($"The loss is not a number by step {step}.");
        sum.zero_();
        count = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => sum.Dispose();
}
