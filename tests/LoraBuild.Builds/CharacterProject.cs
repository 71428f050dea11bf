using System.Diagnostics;
using System.Text;

namespace LoraBuild.Builds;

/// <summary>A small character project in a temporary folder: some of the example's pictures, its models, and a training of two steps.</summary>
internal sealed class CharacterProject : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lorabuild builds ").FullName;

    public CharacterProject(bool train = false)
    {
        Directory.CreateDirectory(Folder);
        Properties["LoraTagger"] = Path.Combine(Repository.Example, "models", "tagger");
        Properties["LoraBaseModel"] = Path.Combine(Repository.Example, "models", "mini-sd", "mini-sd.safetensors");
        Properties["LoraResolution"] = "128,128";
        Properties["LoraBucketResoSteps"] = "32";
        Properties["LoraMaxTrainSteps"] = "2";
        Properties["LoraLrWarmupSteps"] = "0";
        Properties["LoraTrainBatchSize"] = "2";
        Properties["LoraTrain"] = train ? "true" : "false";
        Write("character.yaml", "trigger: hoshinoaoi\n");
    }

    public Dictionary<string, string> Properties { get; } = [];

    /// <summary>More lines within the project file.</summary>
    public string Items { get; set; } = "";

    public string Folder => Path.Combine(root, "project");

    public string Cache { get; set; } = "";

    /// <summary>Where its trainings wait for others; they do not where nothing is said.</summary>
    public string Locks { get; set; } = "none";

    private string CachePath => Cache.Length > 0 ? Cache : Path.Combine(root, "cache");

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Puts one of the example's pictures into the project.</summary>
    public CharacterProject With(string picture, string? name = null)
    {
        var target = PathOf(name ?? Path.Combine("images", picture));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(Path.Combine(Repository.Example, "images", picture), target);
        return this;
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public string Write(string name, byte[] content)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Runs <c>dotnet build</c> as an author would.</summary>
    public BuildResult Build(params string[] arguments) => Run("build", arguments);

    public BuildResult Publish(params string[] arguments) => Run("publish", arguments);

    public BuildResult Clean() => Run("clean", []);

    /// <summary>Starts <c>dotnet build</c> and leaves it to the caller.</summary>
    public RunningBuild Start(params string[] arguments) => new(StartInfo("build", arguments));

    /// <summary>Starts another command of <c>dotnet</c>, in another folder.</summary>
    public RunningBuild StartIn(string folder, string command, params string[] arguments)
    {
        var start = StartInfo(command, arguments);
        start.WorkingDirectory = folder;
        return new(start);
    }

    /// <summary>The final captions by file name.</summary>
    public IReadOnlyDictionary<string, string> Captions() =>
        Directory.EnumerateFiles(PathOf("bin/dataset"), "*.txt", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(PathOf("bin/dataset"), file), File.ReadAllText);

    /// <summary>Every file that the build made for the author, by path, with its content's hash.</summary>
    public IReadOnlyDictionary<string, string> Outputs() =>
        Directory.EnumerateFiles(PathOf("bin"), "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(Folder, file), file => Core.Caching.ContentHash.OfFile(file).ToString());

    public void Dispose() => Directory.Delete(root, recursive: true);

    public BuildResult Run(string command, string[] arguments)
    {
        using var build = new RunningBuild(StartInfo(command, arguments));
        return build.Wait();
    }

    private ProcessStartInfo StartInfo(string command, string[] arguments)
    {
        WriteProjectFile();
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Folder };
        foreach (var argument in (string[])[command, "-tl:off", "-nodeReuse:false", .. Repository.EngineProperties, $"-p:LoraCachePath={CachePath}", $"-p:LoraTrainingLocks={Locks}", .. arguments])
            start.ArgumentList.Add(argument);
        return start;
    }

    public void WriteProjectFile()
    {
        var text = new StringBuilder("<Project>\n");
        text.Append(Import("LoraBuild.props")).Append("  <PropertyGroup>\n");
        foreach (var (name, value) in Properties)
            text.Append($"    <{name}>{value}</{name}>\n");
        text.Append("  </PropertyGroup>\n").Append(Items).Append(Import("LoraBuild.targets")).Append("</Project>\n");
        var path = PathOf("Character.loraproj");
        if (!File.Exists(path) || File.ReadAllText(path) != text.ToString())
            File.WriteAllText(path, text.ToString());
    }

    private static string Import(string file) => $"  <Import Project=\"{Path.Combine(Repository.Root, "build", file)}\" />\n";
}
