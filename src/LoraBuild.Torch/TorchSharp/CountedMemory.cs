namespace LoraBuild.Torch.Profiling;

/// <summary>The bytes of tensors on a CPU. TorchSharp gives no way to count them.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822", Justification = "The members are those of the other form.")]
public sealed class CountedMemory : IDisposable
{
    /// <summary>False: they are not measured.</summary>
    public static bool IsMeasured => false;

    /// <summary>0.</summary>
    public long Live => 0;

    /// <summary>0.</summary>
    public long Peak => 0;

    /// <summary>Nothing.</summary>
    public void ResetPeak()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
