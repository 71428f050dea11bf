using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Steps;
using LoraBuild.Protocol;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// The libraries that the worker runs on, each with its version and, as a hash, the native libraries that it loaded: part of the key of
/// what they make. The worker is asked when one is wanted; the answer holds for as long as the worker's assemblies, the GPUs that it sees
/// and the native libraries that it loaded stay the same.
/// </summary>
/// <param name="session">The build.</param>
/// <param name="folder">The worker's folder.</param>
/// <param name="ask">Asks the worker for the facts of a <see cref="DescribeEnginesJob"/>.</param>
/// <param name="token">Cancels.</param>
internal sealed class EngineVersions(
    BuildSession session, string folder, Func<DescribeEnginesJob, IReadOnlyDictionary<string, string>> ask, CancellationToken token)
{
    private const int Version = 3;

    // By which CUDA and ROCm are told of GPUs, and whether a container has any.
    private static readonly string[] DeviceVariables =
        ["CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"];
    private static readonly string[] DevicePatterns = ["nvidia*", "kfd"];

    // Tensors by themselves: to load their libraries takes a second, which a build without a training need not wait for. And always by
    // themselves: which libraries an engine loads depends on those that are there already.
    private static readonly string[] OfPictures = [DescribeEnginesJob.Images, DescribeEnginesJob.Tagger];
    private static readonly string[] OfTensors = [DescribeEnginesJob.Tensors];

    private readonly Dictionary<string, string> names = [];
    private readonly List<string> libraries = [];

    /// <summary>The library that decodes pictures.</summary>
    /// <exception cref="LoraBuildException">LB6003: the worker or an engine is missing.</exception>
    public string Images => NameOf(DescribeEnginesJob.Images, OfPictures);

    /// <summary>The library that runs the tagger.</summary>
    /// <inheritdoc cref="Images"/>
    public string Tagger => NameOf(DescribeEnginesJob.Tagger, OfPictures);

    /// <summary>The library that trains, with its device.</summary>
    /// <inheritdoc cref="Images"/>
    public string Tensors => NameOf(DescribeEnginesJob.Tensors, OfTensors);

    /// <summary>
    /// The full paths of the native libraries of the engines that were asked for: a build's tools, although it reads them.
    /// </summary>
    public IReadOnlySet<string> Libraries => libraries.Select(Path.GetFullPath).ToHashSet(StringComparer.Ordinal);

    /// <summary>The engines of a build's worker.</summary>
    /// <exception cref="LoraBuildException">LB6003: the worker is missing, or an engine that the build will need.</exception>
    public static EngineVersions Of(IBuildHost host)
    {
        if (host.Session.Engines is { } known)
            return known;
        var worker = host.WorkerAssembly;
        if (!File.Exists(worker))
            throw new LoraBuildException(
                DiagnosticCode.EngineMissing, $"LoraBuild's worker '{worker}' is missing. Build or install LoraBuild again.");
        var engines = new EngineVersions(host.Session, Path.GetDirectoryName(Path.GetFullPath(worker))!, job => Ask(host, job), host.Token);
        // Before all pictures are tagged rather than after: where it does not load, nobody should wait for that.
        if (host.Session.Draws)
            engines.Learn(OfTensors);
        return host.Session.Engines = engines;
    }

    private string NameOf(string engine, string[] together)
    {
        if (!names.ContainsKey(engine))
            Learn(together);
        return names[engine];
    }

    private void Learn(string[] engines)
    {
        var key = Key(engines);
        // The libraries that they load are known by the worker's answer; those of the last answer are part of the key of this one.
        var current = session.State.FindFacts(key) is { } last ? Key(key, engines, last) : key;
        IReadOnlyDictionary<string, string>? answer = null;
        var step = new MemoizedStep(session, "Engines", token) { IsStored = false };
        step.Run(StepOutput.OfFacts("engines", current), () => new StepResult("engines") { Facts = answer = ask(new(engines)) });
        if (answer is not null)
        {
            session.State.RecordFacts(key, answer);
            session.State.RecordFacts(Key(key, engines, answer), answer);
        }

        var facts = answer ?? session.State.FindFacts(current)!;
        foreach (var engine in engines)
        {
            names[engine] = $"{facts[engine]} {LibrariesKey(facts, [engine]).ToString()[..16]}";
            libraries.AddRange(Paths(facts, engine));
        }
    }

    private ContentHash Key(string[] engines)
    {
        var key = new StepKey("Engines", Version);
        foreach (var engine in engines)
            key.With("engine", engine);
        foreach (var file in Directory.EnumerateFiles(folder, "LoraBuild.*").Order(StringComparer.Ordinal))
            key.With(Path.GetFileName(file), session.State.HashInput(file));
        foreach (var variable in DeviceVariables)
            key.With(variable, Environment.GetEnvironmentVariable(variable));
        foreach (var device in Devices())
            key.With("device", device);
        return key.ToHash();
    }

    private ContentHash Key(ContentHash worker, string[] engines, IReadOnlyDictionary<string, string> facts) =>
        new StepKey("Engines", Version).With("worker", worker).With("libraries", LibrariesKey(facts, engines)).ToHash();

    // By name and not by place: the same libraries on another machine give the same results.
    private ContentHash LibrariesKey(IReadOnlyDictionary<string, string> facts, string[] engines)
    {
        var key = new StepKey("Libraries", Version);
        foreach (var path in engines.SelectMany(engine => Paths(facts, engine)))
        {
            key.With(
                Path.GetFileName(path), File.Exists(path) ? session.State.HashInput(path, NativeLibrary.Identify) : default(ContentHash));
        }

        return key.ToHash();
    }

    private static string[] Paths(IReadOnlyDictionary<string, string> facts, string engine) =>
        (facts.GetValueOrDefault(engine + DescribeEnginesJob.LibrariesOf) ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Devices() => OperatingSystem.IsLinux()
        ? DevicePatterns.SelectMany(pattern => Directory.EnumerateFileSystemEntries("/dev", pattern)).Order(StringComparer.Ordinal)
        : [];

    private static IReadOnlyDictionary<string, string> Ask(IBuildHost host, DescribeEnginesJob job)
    {
        host.SayDetail($"Asking the worker for its engines ({string.Join(", ", job.Engines)})");
        IReadOnlyDictionary<string, string>? facts = null;
        new WorkerProcess(host).Run(job, "start", done => facts = done.Facts, host.Token);
        return facts
            ?? throw new LoraBuildException(
                DiagnosticCode.EngineMissing,
                "The engines could not be loaded; see the error above. Run dotnet build -t:InstallEngines, then build again.");
    }
}
