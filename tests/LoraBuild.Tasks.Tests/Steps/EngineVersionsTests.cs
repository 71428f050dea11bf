using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Steps;
using LoraBuild.Protocol;
using LoraBuild.Tasks.Steps;

namespace LoraBuild.Tasks.Tests.Steps;

public sealed class EngineVersionsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;
    private readonly List<string> asked = [];

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
        Assert.Equal(["images, tagger", "tensors"], asked);
        Assert.StartsWith("libtorch ", first.Tensors, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_are_asked_for_where_they_are_wanted_and_have_the_same_name_then()
    {
        Assert.StartsWith("libvips ", Of(engines => engines.Images), StringComparison.Ordinal);
        Assert.Equal(["images, tagger"], asked);
        var late = Of(engines => engines.Tensors);
        Assert.Equal(["images, tagger", "tensors"], asked);

        Directory.Delete(Path.Combine(folder, "obj"), recursive: true);
        Assert.Equal(late, Of(engines => engines.Tensors));
    }

    [Fact]
    public void An_upgraded_native_library_is_asked_for_again_and_has_another_name_whatever_it_says()
    {
        var before = Engines();
        File.WriteAllText(Library, "2.7");

        var after = Engines();

        Assert.Equal(["images, tagger", "tensors", "tensors"], asked);
        Assert.NotEqual(before.Tensors, after.Tensors);
        Assert.Equal(before.Images, after.Images);
        Assert.Equal(after, Engines());
        Assert.Equal(3, asked.Count);
    }

    /// <summary>The linker's build ID alone tells two builds of one version apart that have the same length.</summary>
    [Fact]
    public void A_result_of_another_build_of_the_same_library_is_not_taken_from_the_store()
    {
        WriteLibrary(buildId: 1);
        Assert.True(IsMade("one", Engines()));
        Assert.False(IsMade("two", Engines()));

        WriteLibrary(buildId: 2);
        Assert.True(IsMade("three", Engines()));
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
        Assert.Equal(4, asked.Count);
    }

    // An ELF file whose only segment is a note of type 3 by "GNU".
    private void WriteLibrary(byte buildId)
    {
        var elf = new byte[64 + 56 + 32];
        "\u007fELF\u0002\u0001"u8.CopyTo(elf);
        (elf[32], elf[56]) = (64, 1);
        (elf[64], elf[64 + 8], elf[64 + 32]) = (4, 64 + 56, 32);
        var note = elf.AsSpan(64 + 56);
        (note[0], note[4], note[8]) = (4, 16, 3);
        "GNU\0"u8.CopyTo(note[12..]);
        note[16] = buildId;
        File.WriteAllBytes(Library, elf);
    }

    // Whether a project made a result that follows from the engine alone, or found it in the store that it shares with the others.
    private bool IsMade(string project, (string Images, string Tensors) engines)
    {
        using var session = new BuildSession(Path.Combine(folder, project), Path.Combine(folder, "cache"));
        var target = Path.Combine(session.IntermediateFolder, "result");
        var output = new StepOutput("result", target, new StepKey("Train", 1).With("engine", engines.Tensors).ToHash());
        return new MemoizedStep(session, "Train", CancellationToken.None).Run([output], (_, finished) =>
        {
            AtomicFile.WriteText(target, engines.Tensors);
            finished(new StepResult("result"));
        }).Made == 1;
    }

    private (string Images, string Tensors) Engines(string? library = null) =>
        Of(engines => (engines.Images, engines.Tensors), library);

    private T Of<T>(Func<EngineVersions, T> wanted, string? library = null)
    {
        using var session = new BuildSession(Path.Combine(folder, "obj"), Path.Combine(folder, "cache"));
        var answers = new Dictionary<string, string>
        {
            [DescribeEnginesJob.Images] = "libvips 8.18",
            [DescribeEnginesJob.Tagger] = "ONNX Runtime 1.31",
            [DescribeEnginesJob.Tensors] = "libtorch 2, CPU",
            [DescribeEnginesJob.Tensors + DescribeEnginesJob.LibrariesOf] = library ?? Library,
        };
        var engines = new EngineVersions(
            session,
            Path.Combine(folder, "worker"),
            job =>
            {
                asked.Add(string.Join(", ", job.Engines));
                return answers.Where(fact => job.Engines.Any(fact.Key.StartsWith)).ToDictionary();
            },
            CancellationToken.None);
        var result = wanted(engines);
        session.Save();
        return result;
    }
}
