using System.Diagnostics;

namespace LoraBuild.Builds;

/// <summary>A project in a temporary folder of its own, with a cache of its own, that is built by <c>dotnet build</c>.</summary>
internal abstract class BuiltProject : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lorabuild builds ").FullName;

    protected BuiltProject(string folder = "project")
    {
        Folder = Path.Combine(root, folder);
        Directory.CreateDirectory(Folder);
    }

    public string Folder { get; }

    /// <summary>The cache of another project, to build with; empty for the project's own.</summary>
    public string Cache { get; set; } = "";

    /// <summary>The folder of the content store.</summary>
    public string CachePath => Cache.Length > 0 ? Cache : Path.Combine(root, "cache");

    /// <summary>Variables that builds see besides the usual ones.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>
    /// A shell script that runs before the build, in a mount namespace of its own in which it may mount what it likes; the build is
    /// <c>"$@"</c>. Null: the build runs as it is.
    /// </summary>
    public string? MountScript { get; set; }

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
            .ToDictionary(file => Path.GetRelativePath(Folder, file), file => Base.Hashing.ContentHash.OfFile(file).ToString());

    public void Dispose() => Directory.Delete(root, recursive: true);

    /// <summary>Writes what must lie in the folder before it is built.</summary>
    internal virtual void Prepare()
    {
    }

    public BuildResult Run(string command, string[] arguments)
    {
        using var build = new RunningBuild(StartInfo(command, arguments));
        return build.Wait();
    }

    private ProcessStartInfo StartInfo(string command, string[] arguments)
    {
        Prepare();
        var start = new ProcessStartInfo(MountScript is null ? "dotnet" : "unshare") { WorkingDirectory = Folder };
        string[] wrapper = MountScript is null ? [] : ["-rm", "sh", "-euc", MountScript, "sh", "dotnet"];
        string[] own =
            ["-tl:off", "-nodeReuse:false", .. Repository.EngineProperties, $"-p:LoraCachePath={CachePath}", "-p:LoraTrainingLocks=none"];
        foreach (var argument in (string[])[.. wrapper, .. command.Split(' '), .. own, .. arguments])
        {
            // dotnet watch has a -p of its own.
            start.ArgumentList.Add(argument.StartsWith("-p:", StringComparison.Ordinal) ? "--property:" + argument[3..] : argument);
        }

        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return start;
    }
}
