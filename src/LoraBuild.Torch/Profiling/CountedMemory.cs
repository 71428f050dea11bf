using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch.Profiling;

/// <summary>
/// The bytes of tensors on a CPU, of all threads, made from its start on until it is disposed. One at a time in a process. Memory that
/// oneDNN and BLAS take for themselves, and files that are mapped, do not count.
/// </summary>
public sealed class CountedMemory : IDisposable
{
    private readonly long before;

    /// <summary>Begins to count.</summary>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">Another one counts.</exception>
    public CountedMemory()
    {
        Native.Check(Native.lb_memory_start());
        before = Native.lb_memory_live();
    }

    /// <summary>True: this form of the engine can count.</summary>
    public static bool IsMeasured => true;

    /// <summary>The bytes of tensors made since the start that are still there.</summary>
    public long Live => Native.lb_memory_live() - before;

    /// <summary>The most that <see cref="Live"/> was since the start or <see cref="ResetPeak"/>.</summary>
    public long Peak => Native.lb_memory_peak() - before;

    /// <summary>Lets <see cref="Peak"/> begin again with <see cref="Live"/>.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822", Justification = "It is this count that begins again.")]
    public void ResetPeak() => Native.lb_memory_reset_peak();

    /// <inheritdoc/>
    public void Dispose() => Native.lb_memory_stop();
}
