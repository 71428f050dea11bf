using System.Diagnostics;
using System.Globalization;

namespace LoraBuild.Builds;

/// <summary>
/// A <c>dotnet build</c> under way, in a process group of its own, as a shell starts what it has in the foreground: a signal to the group
/// reaches whatever a terminal would send it to.
/// </summary>
internal sealed class RunningBuild : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private readonly Process process;
    private readonly Stopwatch since = Stopwatch.StartNew();
    private readonly List<LogLine> lines = [];
    private bool ended;

    public RunningBuild(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        // env and setsid become the command; setsid makes the group. What runs in the background of a script has Ctrl-C ignored, and so
        // have its children.
        string[] wrapper = ["--default-signal=INT", "setsid", start.FileName];
        start.FileName = "env";
        for (var i = 0; i < wrapper.Length; i++)
            start.ArgumentList.Insert(i, wrapper[i]);
        // What the test host sets for itself would lead the build to another SDK.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        // Builds of seconds end before code that is compiled again, better, pays: a third of their processor time.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_CallCountThreshold"] = "1000";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        process = new Process { StartInfo = start };
        process.OutputDataReceived += Receive;
        process.ErrorDataReceived += Receive;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    /// <summary>How long it has been running.</summary>
    public TimeSpan Elapsed => since.Elapsed;

    public bool HasExited => process.HasExited;

    /// <summary>What it has written so far.</summary>
    public IReadOnlyList<LogLine> Log
    {
        get
        {
            lock (lines)
                return [.. lines];
        }
    }

    /// <summary>Waits for a line of the log. False where the build ended without it.</summary>
    public bool TryWaitFor(Func<string, bool> wanted)
    {
        // Looked for on the thread that waits: what the test's function throws is the test's.
        var waiting = Stopwatch.StartNew();
        lock (lines)
        {
            var looked = 0;
            while (true)
            {
                if (lines.Skip(looked).Any(line => wanted(line.Text)))
                    return true;
                // Before the wait: what comes during it is looked at next.
                looked = lines.Count;
                if (ended)
                    return false;
                if (!Monitor.Wait(lines, Patience - waiting.Elapsed))
                    throw new TimeoutException($"The line did not come. The log so far:\n{Text()}");
            }
        }
    }

    /// <summary>Waits until a text has come in so many lines of the log.</summary>
    public void WaitFor(string text, int times) =>
        WaitFor(line => line.Contains(text, StringComparison.Ordinal)
            && Log.Count(told => told.Text.Contains(text, StringComparison.Ordinal)) >= times);

    /// <summary>Waits for a line of the log, which must come.</summary>
    public void WaitFor(Func<string, bool> wanted)
    {
        if (!TryWaitFor(wanted))
            throw new InvalidOperationException($"The build ended without the line. Its log:\n{Text()}");
    }

    public BuildResult Wait()
    {
        if (!process.WaitForExit(Patience))
            throw new TimeoutException($"The build did not end. The log so far:\n{Text()}");
        process.WaitForExit();
        return new BuildResult(process.ExitCode, Text());
    }

    /// <summary>Sends a signal to every process of the build, as a terminal does at Ctrl-C.</summary>
    public void SignalGroup(string signal) => Signal(signal, "-" + Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Sends a signal to <c>dotnet build</c> alone.</summary>
    public void SignalBuild(string signal) => Signal(signal, Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Sends a signal to the worker alone. False where none is running.</summary>
    public bool SignalWorker(string signal)
    {
        if (ProcessTree.FindBelow(Id, "LoraBuild.Worker.dll") is not { } worker)
            return false;
        Signal(signal, worker.ToString(CultureInfo.InvariantCulture));
        return true;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            SignalGroup("KILL");
        process.WaitForExit();
        process.Dispose();
    }

    private static void Signal(string signal, string target)
    {
        using var kill = Process.Start("kill", ["-" + signal, "--", target]);
        kill.WaitForExit();
    }

    private string Text()
    {
        lock (lines)
            return string.Concat(lines.Select(line => line.Text + "\n"));
    }

    private void Receive(object sender, DataReceivedEventArgs e)
    {
        lock (lines)
        {
            if (e.Data is not null)
                lines.Add(new(since.Elapsed, e.Data));
            // Standard output and error end one after the other, both with the process.
            ended |= e.Data is null;
            Monitor.PulseAll(lines);
        }
    }
}
