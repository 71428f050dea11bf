using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Files;

/// <summary>
/// A lock among processes of a machine, which tells whoever waits for whom. Where its folder cannot be used, nobody waits: it keeps work
/// from getting into each other's way and is not needed for a right result.
/// </summary>
public sealed class MachineLock : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly IDisposable? taken;

    private MachineLock(IDisposable? taken) => this.taken = taken;

    /// <summary>Takes the lock, waiting for it as long as another process has it.</summary>
    /// <param name="folder">The folder of lock files. It is created for this user alone; one that several users share must be as
    /// <see cref="SharedFolder"/> wants it.</param>
    /// <param name="name">The name of the locked thing.</param>
    /// <param name="waiting">Called for each process that is waited for, with its id where that is known.</param>
    /// <param name="unusable">Called with LB6012, a warning, where the folder cannot be used.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    public static MachineLock Take(
        string folder, string name, Action<int?> waiting, Action<Diagnostic> unusable, CancellationToken cancellation)
    {
        var file = InnerPath.SafeName(name) + ".lock";
        (bool Told, int? Holder) last = default;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            IDisposable? turn;
            int? holder = null;
            try
            {
                turn = OperatingSystem.IsLinux() ? TryTake(folder, file, out holder) : FileLock.TryTake(Path.Combine(folder, file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or LoraBuildException)
            {
                unusable(Unusable(folder, e.Message));
                return new MachineLock(null);
            }

            if (turn is not null)
                return new MachineLock(turn);
            if (!last.Told || holder != last.Holder)
                waiting(holder);
            last = (true, holder);
            cancellation.WaitHandle.WaitOne(Poll);
        }
    }

    /// <summary>Lets go of it.</summary>
    public void Dispose() => taken?.Dispose();

    private static IDisposable? TryTake(string folder, string file, out int? holder)
    {
        using var shared = SharedFolder.Open(folder, out var reason) ?? throw new IOException($"It {reason}.");
        return shared.TryLock(file, out holder);
    }

    private static Diagnostic Unusable(string folder, string reason) => new(
        DiagnosticCode.UnsafeFolder,
        Severity.Warning,
        $"The folder of locks cannot be used, so this training does not wait for others: {reason} Name a folder of your own by "
        + "LoraTrainingLocks, or one that belongs to root or you and has the sticky bit (chmod 1777) where users share a GPU.",
        folder);
}
