using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Tasks.Steps;

/// <summary>The build that a step runs in, as a step sees it.</summary>
internal interface IBuildHost
{
    /// <summary>The build.</summary>
    PipelineSession Session { get; }

    /// <summary>The worker's assembly.</summary>
    string WorkerAssembly { get; }

    /// <summary>True if an error was reported.</summary>
    bool HasErrors { get; }

    /// <summary>Is cancelled by Ctrl-C.</summary>
    CancellationToken Token { get; }

    /// <summary>Shows a diagnostic.</summary>
    void Report(Diagnostic diagnostic);

    /// <summary>Shows a line that the author wants to see.</summary>
    void Say(string line);

    /// <summary>Shows a line only in a detailed log.</summary>
    void SayDetail(string line);
}
