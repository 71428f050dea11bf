using System.Runtime.ExceptionServices;

namespace LoraBuild.Diffusion.Checkpointing;

/// <summary>What the functions of a backward pass hand over past the engine: gradients that it has yet to copy, and the first exception.</summary>
internal static class BackwardPass
{
    // The engine copies the returned handles after backward has returned; until the next one they must not be freed.
    [ThreadStatic]
    private static List<Tensor>? returned;

    private static ExceptionDispatchInfo? failure;

    /// <summary>Keeps what a function returns until the thread's next one runs.</summary>
    public static void Return(List<Tensor> gradients)
    {
        // Those of a pass within this function.
        ReleaseReturned();
        returned = gradients;
    }

    /// <summary>Disposes what the thread's last function has returned.</summary>
    public static void ReleaseReturned()
    {
        foreach (var gradient in returned ?? [])
            gradient?.Dispose();
        returned = null;
    }

    /// <summary>Keeps an exception until <see cref="End"/>. Only the first counts.</summary>
    public static void Fail(Exception e) => Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);

    /// <summary>Disposes what is left, and throws the exception that was kept.</summary>
    public static void End()
    {
        ReleaseReturned();
        Interlocked.Exchange(ref failure, null)?.Throw();
    }
}
