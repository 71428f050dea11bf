using System.Diagnostics;
using System.Text;

namespace LoraBuild.Builds;

/// <summary>A <c>dotnet build</c> under way.</summary>
internal sealed class RunningBuild : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly List<(Func<string, bool> Wanted, ManualResetEventSlim Seen)> waiting = [];

    public RunningBuild(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        // What the test host sets for itself would lead the build to another SDK.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        process = new Process { StartInfo = start };
        process.OutputDataReceived += Receive;
        process.ErrorDataReceived += Receive;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    /// <summary>Waits for a line of the log.</summary>
    public void WaitFor(Func<string, bool> wanted)
    {
        var seen = new ManualResetEventSlim();
        lock (output)
        {
            if (output.ToString().Split('\n').Any(wanted))
                return;
            waiting.Add((wanted, seen));
        }

        Assert.True(seen.Wait(Patience), $"The line did not come. The log so far:\n{output}");
    }

    public BuildResult Wait()
    {
        Assert.True(process.WaitForExit(Patience), $"The build did not end. The log so far:\n{output}");
        process.WaitForExit();
        lock (output)
            return new BuildResult(process.ExitCode, output.ToString());
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private void Receive(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is null)
            return;
        lock (output)
        {
            output.Append(e.Data).Append('\n');
            foreach (var (wanted, seen) in waiting)
            {
                if (wanted(e.Data))
                    seen.Set();
            }
        }
    }
}
