using System.Diagnostics;
using System.Runtime.InteropServices;
using LoraBuild.Protocol;

namespace LoraBuild.Worker;

/// <summary>
/// Everything that ends a job early, as one token: Ctrl-C (which a terminal sends to the build and its worker alike), SIGTERM, the
/// build's <see cref="WorkerProtocol.CancelLine"/>, and the end of standard input, which is how a killed build shows. A job that has not
/// ended soon after, because an operator of a library takes its time, ends with the process: what is worth keeping is kept by then.
/// </summary>
public sealed class CancelSignals : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private bool isCancelled;

    /// <summary>Starts listening to the signals.</summary>
    public CancelSignals()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Cancel();
            }));
        }
    }

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Starts listening to what follows the job on standard input.</summary>
    public void Watch(TextReader input) => Start("input", () =>
    {
        while (input.ReadLine() is { } line && line != WorkerProtocol.CancelLine)
        {
        }

        Cancel();
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
    }

    private void Cancel()
    {
        if (Interlocked.Exchange(ref isCancelled, true))
            return;
        Start("cancel", () =>
        {
            var since = Stopwatch.StartNew();
            // Returns when what has to be saved is saved.
            source.Cancel();
            if (Patience > since.Elapsed)
                Thread.Sleep(Patience - since.Elapsed);
            if (OperatingSystem.IsWindows())
                Environment.Exit(WorkerProtocol.Cancelled);
            EndProcess(WorkerProtocol.Cancelled);
        });
    }

    private static void Start(string name, ThreadStart work) => new Thread(work) { IsBackground = true, Name = name }.Start();

    // Not Environment.Exit: it would take libraries apart that threads are still computing in.
    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void EndProcess(int exitCode);
}
