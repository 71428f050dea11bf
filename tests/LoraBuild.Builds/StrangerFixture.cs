using System.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Builds;

/// <summary>
/// Somebody who has no clone of this repository: a feed with LoraBuild's packages, NuGet folders, a cache and a home of nobody else's, and
/// a repository with a project from the template and the example's pictures and models.
/// </summary>
public sealed class StrangerFixture : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lorabuild stranger ").FullName;

    public StrangerFixture()
    {
        foreach (var project in (string[])["LoraBuild.Sdk", "LoraBuild.Templates"])
        {
            Run(Repository.Root, ["dotnet", "pack", Path.Combine(
                "src", project), "--no-build", "-nodeReuse:false", "-p:LoraPackOtherEngines=false", "-o", Path.Combine(root, "feed"),
                .. Repository.EngineProperties]);
        }

        var hive = Path.Combine(root, "templates");
        Run(root, ["dotnet", "new", "install", Directory.GetFiles(Path.Combine(root, "feed"), "LoraBuild.Templates.*")
            .Single(), "--debug:custom-hive", hive]);
        Run(root, [
            "dotnet", "new", "lora-character", "-n", "HoshinoAoi", "--trigger", "hoshinoaoi", "--tagger", "models/tagger", "--base-model",
            "models/mini-sd/mini-sd.safetensors", "--debug:custom-hive", hive,
        ]);
        foreach (var file in (string[])[.. Files("images"), .. Files("models"), "character.yaml"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
            File.Copy(Path.Combine(Repository.Example, file), PathOf(file), overwrite: true);
        }

        AtomicFile.WriteText(
            PathOf("NuGet.config"),
            $"<configuration><packageSources><clear /><add key=\"feed\" value=\"{Path.Combine(root, "feed")}\" "
            + "/></packageSources></configuration>");
        Shell("git init -q && git add . && git -c user.name=stranger -c user.email=stranger@example.org commit -qm 'Her pictures'");
    }

    /// <summary>The stranger's repository.</summary>
    public string Folder => Path.Combine(root, "HoshinoAoi");

    public string Cache => Path.Combine(root, "cache");

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Runs lines of a shell in the repository, as CI does.</summary>
    internal BuildResult Shell(string lines) => Run(Folder, ["bash", "-eo", "pipefail", "-c", lines]);

    public void Dispose() => Directory.Delete(root, recursive: true);

    private BuildResult Run(string folder, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            Environment =
            {
                ["NUGET_PACKAGES"] = Path.Combine(root, "packages"),
                // The engines' packages are those that built LoraBuild.
                ["NUGET_FALLBACK_PACKAGES"] = Repository.NuGetPackages,
                ["LORABUILD_CACHE"] = Cache,
                // MSBuild takes these for properties: the engines under test, a training of two short steps.
                ["LoraTrainingLocks"] = "none",
                ["LoraMaxTrainSteps"] = "2",
                ["LoraTrainBatchSize"] = "2",
                ["LoraResolution"] = "128,128",
                ["LoraBucketResoSteps"] = "32",
            },
        };
        foreach (var property in Repository.EngineProperties)
            start.Environment[property["-p:".Length..].Split('=')[0]] = property.Split('=')[1];
        if (folder == Repository.Root)
            start.Environment.Remove("NUGET_PACKAGES");
        using var running = new RunningBuild(start);
        var result = running.Wait();
        Assert.True(result.Succeeded, $"{string.Join(' ', command)}:\n{result.Output}");
        return result;
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Example, folder), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Example, file));
}
