using System.ComponentModel;
using System.Diagnostics;

namespace LoraBuild.Benchmarks.Builds;

/// <summary>Commands whose wall time is measured from start to end.</summary>
internal static class TimedCommand
{
    /// <summary>Runs a command to its end; the seconds that it took.</summary>
    /// <exception cref="InvalidOperationException">It failed; its output is in the message.</exception>
    public static double Run(string folder, string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            command, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // What `dotnet run` sets for itself would lead a build to another SDK.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var seconds = watch.Elapsed.TotalSeconds;
        return process.ExitCode == 0
            ? seconds
            : throw new InvalidOperationException(
                $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}{errors.Result}");
    }

    /// <summary>Whether a command is installed.</summary>
    public static bool Exists(string command)
    {
        try
        {
            Run(Path.GetTempPath(), command, "--version");
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
