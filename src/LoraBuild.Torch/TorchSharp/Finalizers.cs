using System.Runtime.CompilerServices;

namespace LoraBuild.Torch;

/// <summary>Keeps finalizers from running while TorchSharp is in native code.</summary>
/// <remarks>
/// TorchSharp 0.107 passes a scalar's handle to native code and does not keep the scalar alive during the call. A collection on another thread
/// then frees the number that the operator is about to read: it fails, or computes with another number. So the finalizer thread is held, in
/// the finalizer of an object made for that, and let go only between pieces of work.
/// </remarks>
public static class Finalizers
{
    private static readonly ReaderWriterLockSlim Gate = new();

    private static ManualResetEventSlim release = new(initialState: true);
    private static int collections;

    /// <summary>Holds the finalizer thread, for the rest of the process but for <see cref="Work"/>'s ends.</summary>
    public static void Hold()
    {
        release = new ManualResetEventSlim();
        var held = new ManualResetEventSlim();
        Drop(held, release);
        for (var generation = 0; !held.IsSet; generation = GC.MaxGeneration)
        {
            GC.Collect(generation, GCCollectionMode.Forced, blocking: true);
            held.Wait(TimeSpan.FromMilliseconds(10));
        }

        collections = GC.CollectionCount(0);
    }

    /// <summary>
    /// Begins a piece of tensor work on this thread. Where it ends, finalizers run if there was a collection, once no other thread is at work.
    /// </summary>
    public static IDisposable Work()
    {
        Gate.EnterReadLock();
        return new Piece();
    }

    // Not inlined, so that nothing of the caller's frame refers to the plug.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop(ManualResetEventSlim held, ManualResetEventSlim until) => _ = new Plug(held, until);

    private static void LetRun()
    {
        Gate.EnterWriteLock();
        try
        {
            if (GC.CollectionCount(0) == collections)
                return;
            release.Set();
            GC.WaitForPendingFinalizers();
            Hold();
        }
        finally
        {
            Gate.ExitWriteLock();
        }
    }

    private sealed class Piece : IDisposable
    {
        public void Dispose()
        {
            Gate.ExitReadLock();
            if (!release.IsSet && GC.CollectionCount(0) != collections)
                LetRun();
        }
    }

    private sealed class Plug(ManualResetEventSlim held, ManualResetEventSlim until)
    {
        ~Plug()
        {
            held.Set();
            until.Wait();
        }
    }
}
