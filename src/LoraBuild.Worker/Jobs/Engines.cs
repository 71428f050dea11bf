using System.Diagnostics;
using LoraBuild.Imaging;
using LoraBuild.Protocol;
using LoraBuild.Tagging;

namespace LoraBuild.Worker.Jobs;

/// <summary>The libraries that the worker runs on: part of the key of what they make.</summary>
internal static class Engines
{
    /// <summary>One finished item with the facts of <see cref="DescribeEnginesJob"/>.</summary>
    public static void Describe(EventWriter events)
    {
#if TORCHSHARP
        Torch.NativeLibraries.Check();
#endif
        var facts = new Dictionary<string, string>();
        var loaded = LoadedLibraries();
        Add(DescribeEnginesJob.Images, () => PictureDecoder.EngineVersion);
        Add(DescribeEnginesJob.Tagger, () => Tagger.EngineVersion);
        Add(DescribeEnginesJob.Tensors, () => $"libtorch {torch.__version__}, {(torch.cuda.is_available() ? "CUDA" : "CPU")}");
        events.Finished("engines", facts);

        // A library that two engines use counts for the one that is asked first.
        void Add(string engine, Func<string> version)
        {
            facts[engine] = version();
            var now = LoadedLibraries();
            facts[engine + DescribeEnginesJob.LibrariesOf] =
                string.Join(Path.PathSeparator, now.Except(loaded).Order(StringComparer.Ordinal));
            loaded.UnionWith(now);
        }
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
