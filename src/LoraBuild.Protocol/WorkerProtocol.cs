using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Protocol;

/// <summary>The protocol between the build and its worker process: one JSON object a line.</summary>
public static class WorkerProtocol
{
    /// <summary>The line on the worker's standard input that cancels its job.</summary>
    public const string CancelLine = "cancel";

    /// <summary>Exit code: the job is done, or its failures were reported as diagnostics.</summary>
    public const int Done = 0;

    /// <summary>Exit code: the job was cancelled and left nothing half-written.</summary>
    public const int Cancelled = 2;

    /// <summary>One line for a job.</summary>
    public static string Write(WorkerJob job) => JsonSerializer.Serialize(job);

    /// <summary>One line for an event.</summary>
    public static string Write(WorkerEvent happened) => JsonSerializer.Serialize(happened);

    /// <summary>Reads the line of a job.</summary>
    /// <exception cref="JsonException">The line is no job.</exception>
    public static WorkerJob ReadJob(string line) =>
        JsonSerializer.Deserialize<WorkerJob>(line) ?? throw new JsonException("The job is empty.");

    /// <summary>Reads the line of an event; false for a line that something else printed, such as a native library.</summary>
    public static bool TryReadEvent(string line, [NotNullWhen(true)] out WorkerEvent? happened)
    {
        happened = null;
        if (!line.StartsWith('{'))
            return false;
        try
        {
            happened = JsonSerializer.Deserialize<WorkerEvent>(line);
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            return false;
        }

        return happened is not null;
    }
}
