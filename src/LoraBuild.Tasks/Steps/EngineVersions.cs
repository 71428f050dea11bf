using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Steps;
using LoraBuild.Protocol;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// The libraries that the worker runs on, each with its version and, as a hash, the native libraries that it loaded: part of the key of
/// what they make.
/// </summary>
/// <param name="Images">The library that decodes pictures.</param>
/// <param name="Tagger">The library that runs the tagger.</param>
/// <param name="Tensors">The library that trains, with its device.</param>
internal sealed record EngineVersions(string Images, string Tagger, string Tensors)
{
    private const int Version = 2;

    // By which CUDA and ROCm are told of GPUs, and whether a container has any.
    private static readonly string[] DeviceVariables =
        ["CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"];
    private static readonly string[] Engines = [DescribeEnginesJob.Images, DescribeEnginesJob.Tagger, DescribeEnginesJob.Tensors];
    private static readonly string[] DevicePatterns = ["nvidia*", "kfd"];

    /// <summary>
    /// Asks the worker; the answer holds for as long as the worker's assemblies, the GPUs that it sees and the native libraries that it
    /// loaded stay the same.
    /// </summary>
    /// <exception cref="LoraBuildException">LB6003: the worker or an engine is missing.</exception>
    public static EngineVersions Of(IBuildHost host)
    {
        if (host.Session.Engines is { } known)
            return known;
        var worker = host.WorkerAssembly;
        if (!File.Exists(worker))
            throw new LoraBuildException(
                DiagnosticCode.EngineMissing, $"LoraBuild's worker '{worker}' is missing. Build or install LoraBuild again.");
        return host.Session.Engines = Of(host.Session, FolderOf(worker), () => Ask(host), host.Token);
    }

    /// <summary>
    /// The full paths of the native libraries that a worker loaded when it was last asked: a build's tools, although it reads them.
    /// </summary>
    /// <param name="host">A build that has asked, by <see cref="Of(IBuildHost)"/>.</param>
    public static IReadOnlySet<string> LibraryFiles(IBuildHost host)
    {
        var facts = host.Session.State.FindFacts(Key(host.Session, FolderOf(host.WorkerAssembly)))!;
        return Engines.SelectMany(engine => Paths(facts, engine)).Select(Path.GetFullPath).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The engines of a worker.</summary>
    /// <param name="session">The build.</param>
    /// <param name="folder">The worker's folder.</param>
    /// <param name="ask">Asks the worker: <see cref="DescribeEnginesJob"/>.</param>
    /// <param name="token">Cancels.</param>
    internal static EngineVersions Of(
        BuildSession session, string folder, Func<IReadOnlyDictionary<string, string>> ask, CancellationToken token)
    {
        var key = Key(session, folder);
        // The libraries that it loads are known by its answer; those of the last answer are part of the key of this one.
        var last = session.State.FindFacts(key) is { } known
            ? new StepKey("Engines", Version).With("worker", key).With("libraries", Hash(session, known)).ToHash()
            : key;
        var step = new MemoizedStep(session, "Engines", token) { IsStored = false };
        IReadOnlyDictionary<string, string>? answer = null;
        step.Run(StepOutput.OfFacts("engines", last), () => new StepResult("engines") { Facts = answer = ask() });
        if (answer is not null)
        {
            session.State.RecordFacts(key, answer);
            session.State
                .RecordFacts(new StepKey("Engines", Version).With("worker", key).With("libraries", Hash(session, answer)).ToHash(), answer);
        }

        var facts = answer ?? session.State.FindFacts(last)!;
        return new EngineVersions(
            Name(session, facts, DescribeEnginesJob.Images),
            Name(session, facts, DescribeEnginesJob.Tagger),
            Name(session, facts, DescribeEnginesJob.Tensors));
    }

    private static string Name(BuildSession session, IReadOnlyDictionary<string, string> facts, string engine)
    {
        var libraries = new StepKey("Libraries", Version);
        foreach (var (name, content) in Libraries(session, facts, engine))
            libraries.With(name, content);
        return $"{facts[engine]} {libraries.ToHash().ToString()[..16]}";
    }

    private static ContentHash Hash(BuildSession session, IReadOnlyDictionary<string, string> facts)
    {
        var key = new StepKey("Libraries", Version);
        foreach (var engine in Engines)
        {
            foreach (var (name, content) in Libraries(session, facts, engine))
                key.With(name, content);
        }

        return key.ToHash();
    }

    // By name and not by place: the same libraries on another machine give the same results.
    private static IEnumerable<(string Name, ContentHash Content)> Libraries(
        BuildSession session, IReadOnlyDictionary<string, string> facts, string engine) =>
        Paths(facts, engine)
            .Select(path => (Path.GetFileName(path), File.Exists(path) ? session.State.HashInput(path, NativeLibrary.Identify) : default));

    private static string[] Paths(IReadOnlyDictionary<string, string> facts, string engine) =>
        (facts.GetValueOrDefault(engine + DescribeEnginesJob.LibrariesOf) ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    private static ContentHash Key(BuildSession session, string folder)
    {
        var key = new StepKey("Engines", Version);
        foreach (var file in Directory.EnumerateFiles(folder, "LoraBuild.*").Order(StringComparer.Ordinal))
            key.With(Path.GetFileName(file), session.State.HashInput(file));
        foreach (var variable in DeviceVariables)
            key.With(variable, Environment.GetEnvironmentVariable(variable));
        foreach (var device in Devices())
            key.With("device", device);
        return key.ToHash();
    }

    private static string FolderOf(string worker) => Path.GetDirectoryName(Path.GetFullPath(worker))!;

    private static IEnumerable<string> Devices() => OperatingSystem.IsLinux()
        ? DevicePatterns.SelectMany(pattern => Directory.EnumerateFileSystemEntries("/dev", pattern)).Order(StringComparer.Ordinal)
        : [];

    private static IReadOnlyDictionary<string, string> Ask(IBuildHost host)
    {
        host.SayDetail("Asking the worker for its engines");
        IReadOnlyDictionary<string, string>? facts = null;
        new WorkerProcess(host).Run(new DescribeEnginesJob(), "start", done => facts = done.Facts, host.Token);
        return facts
            ?? throw new LoraBuildException(
                DiagnosticCode.EngineMissing,
                "The engines could not be loaded; see the error above. Run dotnet build -t:InstallEngines, then build again.");
    }
}
