using LoraBuild.Protocol;
using LoraBuild.Tasks.Steps;

namespace LoraBuild.Tasks.Tests.Steps;

public sealed class EngineVersionsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;
    private int asked;

    private string Library => Path.Combine(folder, "libtorch_cpu.so");

    public EngineVersionsTests()
    {
        Directory.CreateDirectory(Path.Combine(folder, "worker"));
        File.WriteAllText(Path.Combine(folder, "worker", "LoraBuild.Worker.dll"), "the worker");
        File.WriteAllText(Library, "2.6");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_worker_is_asked_once_as_long_as_nothing_changes()
    {
        var first = Engines();
        Assert.Equal(first, Engines());
        Assert.Equal(1, asked);
        Assert.StartsWith("libtorch ", first.Tensors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_upgraded_native_library_is_asked_for_again_and_has_another_name_whatever_it_says()
    {
        var before = Engines();
        File.WriteAllText(Library, "2.7");

        var after = Engines();

        Assert.Equal(2, asked);
        Assert.NotEqual(before.Tensors, after.Tensors);
        Assert.Equal(before.Images, after.Images);
        Assert.Equal(after, Engines());
        Assert.Equal(2, asked);
    }

    [Fact]
    public void The_same_library_elsewhere_has_the_same_name()
    {
        var before = Engines();
        Directory.CreateDirectory(Path.Combine(folder, "other"));
        File.Move(Library, Path.Combine(folder, "other", "libtorch_cpu.so"));

        Assert.Equal(before, Engines(Path.Combine(folder, "other", "libtorch_cpu.so")));
    }

    [Fact]
    public void Another_worker_is_asked_again()
    {
        Engines();
        File.WriteAllText(Path.Combine(folder, "worker", "LoraBuild.Worker.dll"), "another worker");
        Engines();
        Assert.Equal(2, asked);
    }

    private EngineVersions Engines(string? library = null)
    {
        using var session = new BuildSession(Path.Combine(folder, "obj"), Path.Combine(folder, "cache"));
        var engines = EngineVersions.Of(
            session,
            Path.Combine(folder, "worker"),
            () =>
            {
                asked++;
                return new Dictionary<string, string>
                {
                    [DescribeEnginesJob.Images] = "libvips 8.18",
                    [DescribeEnginesJob.Tagger] = "ONNX Runtime 1.31",
                    [DescribeEnginesJob.Tensors] = "libtorch 2, CPU",
                    [DescribeEnginesJob.Tensors + DescribeEnginesJob.LibrariesOf] = library ?? Library,
                };
            },
            CancellationToken.None);
        session.Save();
        return engines;
    }
}
