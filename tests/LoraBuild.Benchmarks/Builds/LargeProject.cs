using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Benchmarks.Builds;

/// <summary>
/// A character project of many tiny pictures in a temporary folder, with a tag file beside each, so that no tagger's speed is measured; and
/// an empty class library beside it. Neither lies in this repository: what a user pays is measured.
/// </summary>
internal sealed class LargeProject : IDisposable
{
    private const int Side = 16;
    private static readonly string[] Qualities = ["high", "medium", "low"];
    private static readonly string[] Outputs = ["obj", "bin"];

    private readonly string root = Directory.CreateTempSubdirectory("lorabuild-large-").FullName;

    /// <summary>Writes the project and the library; neither is built yet.</summary>
    public LargeProject(int pictures)
    {
        foreach (var quality in Qualities)
            Directory.CreateDirectory(Path.Combine(Folder, "images", quality));
        Parallel.For(0, pictures, Draw);
        File.WriteAllText(Path.Combine(Folder, "character.yaml"), "trigger: hoshinoaoi\n");
        File.WriteAllText(Path.Combine(Folder, "Large.loraproj"), $"""
            <Project>
              <Import Project="{Imported("LoraBuild.props")}" />
              <PropertyGroup>
                <LoraTrain>false</LoraTrain>
                <LoraMinPictureSize>1</LoraMinPictureSize>
                <LoraDuplicateDistance>0</LoraDuplicateDistance>
                <LoraCachePath>{Cache}</LoraCachePath>
              </PropertyGroup>
              <Import Project="{Imported("LoraBuild.targets")}" />
            </Project>
            """);
        Directory.CreateDirectory(Library);
        File.WriteAllText(Path.Combine(Library, "Library.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(Library, "Class1.cs"), "namespace Library;\n\npublic class Class1\n{\n}\n");
    }

    /// <summary>The folder of the character project.</summary>
    public string Folder => Path.Combine(root, "large");

    /// <summary>The folder of the class library.</summary>
    public string Library => Path.Combine(root, "library");

    /// <summary>The folder of the project's own store.</summary>
    public string Cache => Path.Combine(root, "cache");

    /// <summary>A folder for whatever else is measured beside.</summary>
    public string Scratch => Directory.CreateDirectory(Path.Combine(root, "scratch")).FullName;

    /// <summary>Builds as an author does; the seconds of wall time that it took.</summary>
    public double Build() => TimedCommand.Run(Folder, "dotnet", ["build", "-v:quiet", .. EngineProperties]);

    /// <summary>Builds the class library; the seconds of wall time that it took.</summary>
    public double BuildLibrary() => TimedCommand.Run(Library, "dotnet", "build", "-v:quiet");

    /// <summary>Writes other tags into the first picture's tag file.</summary>
    public void EditOneTagFile(int round) => File.WriteAllText(
        Path.Combine(Folder, "images", Qualities[0], Name(0) + ".txt"),
        string.Create(CultureInfo.InvariantCulture, $"1girl, black hair, edit {round}"));

    /// <summary>Deletes what builds made in the project's folder.</summary>
    public void DeleteOutputs()
    {
        foreach (var output in Outputs)
            Directory.Delete(Path.Combine(Folder, output), recursive: true);
    }

    /// <summary>Takes what builds made out of the project's folder without deleting it: the project is like a fresh clone then.</summary>
    public void MoveOutputsAway()
    {
        var away = Directory.CreateDirectory(Path.Combine(Scratch, Path.GetRandomFileName())).FullName;
        foreach (var output in Outputs)
            Directory.Move(Path.Combine(Folder, output), Path.Combine(away, output));
    }

    /// <summary>What builds made in the project's folder, with its content.</summary>
    public IReadOnlyList<(string Path, byte[] Content)> ReadOutputs() =>
    [
        .. Outputs.SelectMany(output => Directory.EnumerateFiles(Path.Combine(Folder, output), "*", SearchOption.AllDirectories))
            .Select(path => (path, File.ReadAllBytes(path))),
    ];

    /// <summary>
    /// Writes files on all cores, each under another name that it is then renamed from, as a build must, and folders as they are needed:
    /// ext4 puts a folder's files near it, and a folder where there is room. The seconds that it took.
    /// </summary>
    public static double WriteOutputs(IReadOnlyList<(string Path, byte[] Content)> files)
    {
        var watch = Stopwatch.StartNew();
        Parallel.ForEach(Partitioner.Create(files, EnumerablePartitionerOptions.NoBuffering), file =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
            File.WriteAllBytes(file.Path + ".new", file.Content);
            File.Move(file.Path + ".new", file.Path);
        });
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Every file that the project has or that its build made.</summary>
    public IReadOnlyList<string> Files() => [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)];

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(root, recursive: true);

    private static IReadOnlyList<string> EngineProperties { get; } = Metadata("EngineProperties").Split(' ');

    private void Draw(int index)
    {
        var random = new Random(index);
        var picture = new Raster(Side, Side);
        for (var y = 0; y < Side; y++)
        {
            var row = picture.Row(y);
            random.NextBytes(row);
            for (var x = 0; x < Side; x++)
                row[(x * 4) + 3] = 255;
        }

        var path = Path.Combine(Folder, "images", Qualities[index % Qualities.Length], Name(index));
        PngEncoder.Encode(picture, path + ".png");
        File.WriteAllText(path + ".txt", string.Create(CultureInfo.InvariantCulture, $"1girl, black hair, smile, tag {index % 97}"));
    }

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"picture{index:00000}");

    private static string Imported(string file) => Path.Combine(Metadata("RepositoryRoot"), "build", file);

    private static string Metadata(string key) =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!;
}
