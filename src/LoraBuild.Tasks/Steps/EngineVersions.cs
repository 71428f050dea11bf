using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Protocol;
using LoraBuild.Tasks.Worker;

namespace LoraBuild.Tasks.Steps;

/// <summary>Which libraries the worker runs on, name and version: part of the key of what they make.</summary>
/// <param name="Images">The library that decodes pictures.</param>
/// <param name="Tagger">The library that runs the tagger.</param>
/// <param name="Tensors">The library that trains, with its device.</param>
internal sealed record EngineVersions(string Images, string Tagger, string Tensors)
{
    // By which CUDA and ROCm are told of GPUs, and whether a container has any.
    private static readonly string[] DeviceVariables = ["CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"];
    private static readonly string[] DevicePatterns = ["nvidia*", "kfd"];

    /// <summary>
    /// Asks the worker; remembers the answer beside the build's intermediate files for as long as the worker's assemblies and the GPUs that it
    /// sees stay the same.
    /// </summary>
    public static EngineVersions Of(BuildSession session, string workerAssembly, LoraTask task, CancellationToken token)
    {
        if (session.Engines is { } known)
            return known;
        if (!File.Exists(workerAssembly))
            throw new LoraBuildException(DiagnosticCode.EngineMissing, $"LoraBuild's worker '{workerAssembly}' is missing. Build or install LoraBuild again.");

        var output = new StepOutput("engines", Path.Combine(session.IntermediateFolder, "engines.json"), Key(session, workerAssembly));
        if (session.State.FindOutput(output.Target, output.Key) is null)
        {
            Ask(output.Target, workerAssembly, task, token);
            session.State.RecordOutput(output.Target, output.Key);
        }

        return session.Engines = JsonSerializer.Deserialize<EngineVersions>(File.ReadAllBytes(output.Target))!;
    }

    private static ContentHash Key(BuildSession session, string workerAssembly)
    {
        var key = new StepKey("Engines", 1);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(workerAssembly)!, "LoraBuild.*").Order(StringComparer.Ordinal))
            key.With(Path.GetFileName(file), session.State.HashInput(file));
        foreach (var variable in DeviceVariables)
            key.With(variable, Environment.GetEnvironmentVariable(variable));
        foreach (var device in Devices())
            key.With("device", device);
        return key.ToHash();
    }

    private static IEnumerable<string> Devices() => OperatingSystem.IsLinux()
        ? DevicePatterns.SelectMany(pattern => Directory.EnumerateFileSystemEntries("/dev", pattern)).Order(StringComparer.Ordinal)
        : [];

    private static void Ask(string target, string workerAssembly, LoraTask task, CancellationToken token)
    {
        IReadOnlyDictionary<string, string>? facts = null;
        new WorkerProcess(workerAssembly, task).Run(new DescribeEnginesJob(), "start", done => facts = done.Facts, token);
        if (facts is null)
            throw new LoraBuildException(DiagnosticCode.EngineMissing, "The engines could not be loaded; see the error above. Run dotnet build -t:InstallEngines, then build again.");
        var engines = new EngineVersions(facts["images"], facts["tagger"], facts["tensors"]);
        AtomicFile.Write(target, stream => JsonSerializer.Serialize(stream, engines));
    }
}
