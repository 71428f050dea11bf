using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Imaging;
using LoraBuild.Incremental.Caching;

namespace LoraBuild.Builds.Killing;

/// <summary>Whether every file that a build has published is a whole one, whatever became of the build.</summary>
internal static class PublishedFiles
{
    /// <summary>Reads everything below bin, obj and the cache, and says of what is half-written what is wrong with it.</summary>
    public static IReadOnlyList<string> FindBroken(BuiltProject project) =>
    [
        .. FindBrokenIn(project.PathOf("bin")),
        .. FindBrokenIn(project.PathOf("obj")),
        .. FindBrokenIn(project.CachePath, isCache: true),
    ];

    /// <summary>The same for everything below one folder, which may be a part of obj or bin, or a cache.</summary>
    public static IReadOnlyList<string> FindBrokenIn(string folder, bool isCache = false) =>
        isCache
            ? [.. Problems(Path.Combine(folder, "ac"), file => ReadResult(folder, file)), .. Problems(
                Path.Combine(folder, "cas"), ReadContent)]
            : [.. Problems(folder, Read)];

    private static IEnumerable<string> Problems(string folder, Action<string> read)
    {
        if (!Directory.Exists(folder))
            yield break;
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal)))
        {
            if (ProblemOf(file, read) is { } problem)
                yield return problem;
        }
    }

    private static string? ProblemOf(string file, Action<string> read)
    {
        try
        {
            read(file);
            return null;
        }
        catch (Exception) when (!File.Exists(file))
        {
            // A worker that outlives its build for a moment may replace or remove what it makes.
            return null;
        }
        catch (Exception e) when (e is LoraBuildException or JsonException or InvalidDataException)
        {
            return $"{file}: {e.Message}";
        }
    }

    private static void Read(string file)
    {
        // Whether the state of a build is whole is looked at by every build that reads it.
        if (Path.GetFileName(file) == "build.state")
            return;
        switch (Path.GetExtension(file))
        {
            case ".safetensors" or ".state" or ".previous":
                ReadTensors(file);
                break;
            case ".png" or ".jpg":
                PictureDecoder.Decode(file);
                break;
            case ".json":
                ReadJson(File.ReadAllBytes(file));
                break;
            case ".jsonl":
                foreach (var line in File.ReadAllLines(file))
                    ReadJson(System.Text.Encoding.UTF8.GetBytes(line));
                break;
            case ".txt":
                if (new FileInfo(file).Length == 0)
                    throw new InvalidDataException("The caption is empty.");
                break;
            case ".html":
                if (!File.ReadAllText(file).TrimEnd().EndsWith("</html>", StringComparison.Ordinal))
                    throw new InvalidDataException("The page has no end.");
                break;
            // They say what they say by being there.
            case ".lock" or ".unfinished":
                break;
            default:
                throw new InvalidDataException("Nothing that a build publishes.");
        }
    }

    private static void ReadResult(string cache, string file)
    {
        using var store = new ContentStore(cache);
        if (store.Find(ContentHash.Parse(Path.GetFileName(file))) is null)
            throw new InvalidDataException("It is no result of its key.");
    }

    private static void ReadTensors(string path)
    {
        using var scope = torch.NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        foreach (var name in file.Tensors.Keys)
            file.Load(name);
    }

    private static void ReadJson(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
    }

    private static void ReadContent(string file)
    {
        if (ContentHash.OfFile(file).ToString() != Path.GetFileName(file))
            throw new InvalidDataException("Its bytes do not have its name's hash.");
    }
}
