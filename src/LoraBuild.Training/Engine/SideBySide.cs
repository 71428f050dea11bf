using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Engine;

/// <summary>
/// Two pieces of tensor work at the same time, each on one core. The operators of a small model are too short for threads of their own:
/// on the miniature, two halves of a batch side by side take little more than half the time, whereas two threads within each operator
/// are slower than one. And each half has the same bits whatever the number of cores.
/// </summary>
internal static class SideBySide
{
    /// <summary>A denoiser with fewer weights is small; that of Stable Diffusion has 860 million.</summary>
    public const long SmallDenoiser = 100_000_000;

    /// <summary>True if a model has so few weights, and is on a CPU, that it had better run through two copies of itself.</summary>
    public static bool Suits(IDiffusionModel model, long below = SmallDenoiser) => model.Device.type == DeviceType.CPU
        && model.Parts.Where(part => part.Kind == PartKind.Denoiser).SelectMany(part => part.Layers).Sum(layer => layer.Count)
            < below;

    /// <summary>Runs both, the first on this thread, and waits for both. What either throws is thrown here.</summary>
    public static void Run(Action first, Action second)
    {
        var other = Task.Factory.StartNew(
            () =>
            {
                // The number of threads within operators is kept for each thread.
                set_num_threads(1);
                second();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            first();
        }
        finally
        {
            other.GetAwaiter().GetResult();
        }
    }
}
