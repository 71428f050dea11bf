using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol;

namespace LoraBuild.Worker;

/// <summary>Writes events to the build, a line each. Safe for use from several threads.</summary>
public sealed class EventWriter(TextWriter output)
{
    private readonly Lock gate = new();

    /// <summary>True if an error was reported.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>A line that the author sees while waiting.</summary>
    public void Progress(string text) => Write(new ProgressEvent(text));

    /// <summary>A line for a detailed log.</summary>
    public void Detail(string text) => Write(new DetailEvent(text));

    /// <summary>An error or warning.</summary>
    public void Report(Diagnostic diagnostic)
    {
        if (diagnostic.Severity == Severity.Error)
            HasErrors = true;
        Write(new DiagnosticEvent(diagnostic));
    }

    /// <summary>An item is done.</summary>
    public void Finished(string id, IReadOnlyDictionary<string, string>? facts = null) =>
        Write(new FinishedEvent(id, facts ?? new Dictionary<string, string>()));

    private void Write(WorkerEvent happened)
    {
        var line = WorkerProtocol.Write(happened);
        lock (gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
