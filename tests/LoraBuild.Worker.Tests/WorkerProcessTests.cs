using System.Diagnostics;
using System.Security.Cryptography;
using LoraBuild.Protocol;

namespace LoraBuild.Worker.Tests;

/// <summary>The worker as the build runs it: a job on standard input, events on standard output.</summary>
public sealed class WorkerProcessTests : IDisposable
{
    private static readonly string Example = Path.Combine(AppContext.BaseDirectory, "images");

    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_says_which_engines_it_runs_on()
    {
        string[] engines = ["images", "tagger", "tensors"];
        var (exitCode, events) = Run(new DescribeEnginesJob(engines));

        Assert.Equal(WorkerProtocol.Done, exitCode);
        var facts = Assert.Single(events.OfType<FinishedEvent>()).Facts;
        Assert.Equal(engines.SelectMany(engine => (string[])[engine, engine
            + DescribeEnginesJob.LibrariesOf]), facts.Keys.Order(StringComparer.Ordinal));
        Assert.All(engines, engine => Assert.Matches(@"\d+\.\d+", facts[engine]));
        Assert.All(engines, engine => Assert.NotEmpty(LibrariesOf(engine)));
        Assert.Contains(LibrariesOf("tensors"), path => Path.GetFileName(path).StartsWith("libtorch", StringComparison.Ordinal));
        Assert.All(engines.SelectMany(LibrariesOf), path => Assert.True(File.Exists(path), path));

        string[] LibrariesOf(string engine) => facts[engine + DescribeEnginesJob.LibrariesOf].Split(Path.PathSeparator);
    }

    [Fact]
    public void A_picture_that_fails_is_an_error_and_the_others_are_normalized()
    {
        var good = Path.Combine(Example, "aoi_207.jpg");
        var bad = Path.Combine(folder, "bad.png");
        File.WriteAllText(bad, "no picture");

        var (exitCode, events) = Run(new NormalizeJob([Picture("good", good), Picture("bad", bad)], 100_000_000));

        Assert.Equal(WorkerProtocol.Done, exitCode);
        Assert.Equal("good", Assert.Single(events.OfType<FinishedEvent>()).Id);
        Assert.True(File.Exists(Target("good")));
        var diagnostic = Assert.Single(events.OfType<DiagnosticEvent>()).Diagnostic;
        Assert.Equal(("LB2001", bad), (diagnostic.Code, diagnostic.File));
    }

    [Fact]
    public void A_picture_that_is_another_one_by_now_is_an_error_and_nothing_is_written()
    {
        var source = Path.Combine(Example, "aoi_207.jpg");
        var known = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(source)));

        var (exitCode, events) =
            Run(new NormalizeJob(
                [Picture("same", source) with { Sha256 = known }, Picture("other", source) with { Sha256 = new string('0', 64) }],
                100_000_000));

        Assert.Equal(WorkerProtocol.Done, exitCode);
        Assert.Equal("same", Assert.Single(events.OfType<FinishedEvent>()).Id);
        var diagnostic = Assert.Single(events.OfType<DiagnosticEvent>()).Diagnostic;
        Assert.Equal(("LB6009", source), (diagnostic.Code, diagnostic.File));
        Assert.False(File.Exists(Target("other")));
    }

    [Fact]
    public void The_end_of_standard_input_cancels_the_job()
    {
        var pictures = Enumerable.Range(0, 500).Select(i => Picture($"{i}", Path.Combine(Example, "aoi_002.jpg"))).ToList();

        var (exitCode, events) = Run(new NormalizeJob(pictures, 100_000_000), closeInput: true);

        Assert.Equal(WorkerProtocol.Cancelled, exitCode);
        Assert.InRange(events.OfType<FinishedEvent>().Count(), 0, pictures.Count - 1);
        Assert.Empty(Directory.EnumerateFiles(folder, "*" + Base.Files.AtomicFile.TemporarySuffix));
    }

    [Fact]
    public void Without_a_job_it_says_who_should_start_it()
    {
        using var process = Start();
        process.StandardInput.Close();
        Assert.Contains("started by the build", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
    }

    private PictureToNormalize Picture(string id, string source) => new(id, source, Target(id), []);

    private string Target(string id) => Path.Combine(folder, id + ".png");

    private static (int ExitCode, IReadOnlyList<WorkerEvent> Events) Run(WorkerJob job, bool closeInput = false)
    {
        using var process = Start();
        process.StandardInput.WriteLine(WorkerProtocol.Write(job));
        process.StandardInput.Flush();
        if (closeInput)
            process.StandardInput.Close();
        var events = new List<WorkerEvent>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (WorkerProtocol.TryReadEvent(line, out var happened))
                events.Add(happened);
        }

        process.WaitForExit();
        return (process.ExitCode, events);
    }

    private static Process Start() => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "LoraBuild.Worker.dll")])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
