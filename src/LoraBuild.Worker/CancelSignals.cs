using System.Runtime.InteropServices;
using LoraBuild.Core.Worker;

namespace LoraBuild.Worker;

/// <summary>
/// Everything that ends a job early, as one token: Ctrl-C (which a terminal sends to the build and its worker alike), SIGTERM, the
/// build's <see cref="WorkerProtocol.CancelLine"/>, and the end of standard input, which is how a killed build shows.
/// </summary>
public sealed class CancelSignals : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations = [];

    /// <summary>Starts listening to the signals.</summary>
    public CancelSignals()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                source.Cancel();
            }));
        }
    }

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Starts listening to what follows the job on standard input.</summary>
    public void Watch(TextReader input)
    {
        var watcher = new Thread(() =>
        {
            while (input.ReadLine() is { } line && line != WorkerProtocol.CancelLine)
            {
            }

            source.Cancel();
        })
        {
            IsBackground = true,
            Name = "cancel",
        };
        watcher.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
    }
}
