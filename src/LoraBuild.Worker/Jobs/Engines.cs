using System.Diagnostics;
using LoraBuild.Imaging;
using LoraBuild.Protocol;
using LoraBuild.Tagging;

namespace LoraBuild.Worker.Jobs;

/// <summary>The libraries that the worker runs on: part of the key of what they make.</summary>
internal static class Engines
{
    /// <summary>One finished item with the facts of a <see cref="DescribeEnginesJob"/>.</summary>
    public static void Describe(DescribeEnginesJob job, EventWriter events)
    {
        var facts = new Dictionary<string, string>();
        var loaded = LoadedLibraries();
        foreach (var engine in job.Engines)
        {
            facts[engine] = VersionOf(engine);
            var now = LoadedLibraries();
            facts[engine + DescribeEnginesJob.LibrariesOf] =
                string.Join(Path.PathSeparator, now.Except(loaded).Order(StringComparer.Ordinal));
            loaded.UnionWith(now);
        }

        events.Finished("engines", facts);
    }

    private static string VersionOf(string engine) => engine switch
    {
        DescribeEnginesJob.Images => PictureDecoder.EngineVersion,
        DescribeEnginesJob.Tagger => Tagger.EngineVersion,
        DescribeEnginesJob.Tensors => TensorsVersion(),
        _ => throw new NotSupportedException($"No such engine: {engine}."),
    };

    private static string TensorsVersion()
    {
#if TORCHSHARP
        Torch.NativeLibraries.Check();
#endif
        return $"libtorch {torch.__version__}, {(torch.cuda.is_available() ? "CUDA" : "CPU")}";
    }

    // LoraBuild's own assemblies are in the keys by themselves.
    private static HashSet<string> LoadedLibraries()
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>()
            .Select(module => module.FileName)
            .Where(path => File.Exists(path) && !Path.GetFileName(path).StartsWith("LoraBuild.", StringComparison.Ordinal))
            // Elsewhere than on Windows, an assembly is a .dll and a native library is not.
            .Where(path => OperatingSystem.IsWindows() || !path.EndsWith(".dll", StringComparison.Ordinal))
            .ToHashSet(StringComparer.Ordinal);
    }
}
