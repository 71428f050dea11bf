namespace LoraBuild.Training.Parameters;

/// <summary>
/// A tensor in 32 bits for a computation, at whose end it is rounded back, once, as bitsandbytes' kernels do. A tensor that has 32 bits is
/// computed with as it is.
/// </summary>
internal readonly struct Widened : IDisposable
{
    private readonly Tensor stored;

    /// <summary>Takes a tensor; the caller's scope owns its copy.</summary>
    public Widened(Tensor stored)
    {
        this.stored = stored;
        Values = Read(stored);
    }

    /// <summary>The tensor to compute with, and to change in place.</summary>
    public Tensor Values { get; }

    /// <summary>The same values in 32 bits, to be read alone.</summary>
    public static Tensor Read(Tensor stored) => stored.dtype == ScalarType.Float32 ? stored : stored.to_type(ScalarType.Float32);

    /// <summary>Rounds the values back.</summary>
    public void Dispose()
    {
        if (!ReferenceEquals(Values, stored))
            stored.copy_(Values);
    }
}
