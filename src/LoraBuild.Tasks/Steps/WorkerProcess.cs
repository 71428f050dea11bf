using System.Diagnostics;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// Runs a job in the worker process, so that a native library can crash, or a GPU run out of memory, without taking MSBuild along.
/// Events become log lines as they come. Standard input stays open while the job runs: if this process dies, the worker sees its end
/// and stops.
/// </summary>
internal sealed class WorkerProcess(IBuildHost host)
{
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(20);
    private const int SignalExitCodes = 128;
    private const int KillSignal = 9;

    /// <summary>Runs a job to its end.</summary>
    /// <param name="job">The job.</param>
    /// <param name="step">The step's name, for messages.</param>
    /// <param name="finished">Called for every item that is done, on the calling thread.</param>
    /// <param name="token">Cancels the job; the worker keeps what is worth keeping and ends.</param>
    /// <exception cref="LoraBuildException">LB6002: the worker crashed. LB6003: it could not be started.</exception>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public void Run(WorkerJob job, string step, Action<FinishedEvent> finished, CancellationToken token)
    {
        using var process = Start(job);
        var words = new LastWords();
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not null)
                words.Add(e.Data);
        };
        process.BeginErrorReadLine();

        using var cancelling = token.Register(() => Cancel(process));
        TellWorker(process, WorkerProtocol.Write(job));
        while (process.StandardOutput.ReadLine() is { } line)
            Handle(line, finished);
        process.WaitForExit();

        token.ThrowIfCancellationRequested();
        if (process.ExitCode == WorkerProtocol.Cancelled)
            throw new OperationCanceledException();
        if (process.ExitCode != WorkerProtocol.Done)
        {
            foreach (var word in words.Lines)
                host.SayDetail(word);
            throw Crashed(process.ExitCode, step, words.ToString());
        }
    }

    private Process Start(WorkerJob job)
    {
        var start = new ProcessStartInfo(DotnetHost())
        {
            ArgumentList = { host.WorkerAssembly },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (var (name, value) in WorkerEnvironment.For(job))
            start.Environment[name] = value;
        if (!File.Exists(host.WorkerAssembly))
            throw new LoraBuildException(
                DiagnosticCode.EngineMissing, $"LoraBuild's worker '{host.WorkerAssembly}' is missing. Build or install LoraBuild again.");
        return Process.Start(start)
            ?? throw new LoraBuildException(DiagnosticCode.EngineMissing, $"'{start.FileName}' cannot be started.");
    }

    private void Handle(string line, Action<FinishedEvent> finished)
    {
        if (!WorkerProtocol.TryReadEvent(line, out var happened))
        {
            host.SayDetail(line);
            return;
        }

        switch (happened)
        {
            case ProgressEvent progress: host.Say(progress.Text); break;
            case DetailEvent detail: host.SayDetail(detail.Text); break;
            case DiagnosticEvent diagnostic: host.Report(diagnostic.Diagnostic); break;
            case FinishedEvent done: finished(done); break;
        }
    }

    private static void Cancel(Process process)
    {
        TellWorker(process, WorkerProtocol.CancelLine);
        if (!process.WaitForExit(CancelPatience))
            process.Kill(entireProcessTree: true);
    }

    private static void TellWorker(Process process, string line)
    {
        try
        {
            process.StandardInput.WriteLine(line);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It died before it could listen: its exit code tells.
        }
    }

    private static LoraBuildException Crashed(int exitCode, string step, string words)
    {
        var how = exitCode > SignalExitCodes ? $"was ended by signal {exitCode - SignalExitCodes}" : $"ended with exit code {exitCode}";
        var last = words.Length == 0 ? "" : $" Its last words: {words}";
        var cure = exitCode == SignalExitCodes + KillSignal
            ? "The system ends a process so when its memory runs out: close other programs or give the machine or container more; in a "
                + "training, lower LoraTrainBatchSize or LoraResolution, or set LoraGradientCheckpointing to true. Then build again."
            : "Build again; if it happens again, memory may be short or an engine broken.";
        return new LoraBuildException(
            DiagnosticCode.WorkerCrashed, $"The worker {how} during {step}.{last} What was finished is kept. {cure}");
    }

    // The host that runs this build also runs the worker: it is the one that is sure to be there.
    private static string DotnetHost() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
}
