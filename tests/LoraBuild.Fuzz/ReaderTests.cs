namespace LoraBuild.Fuzz;

/// <summary>Whatever a file holds, its reader reads it or says why not with a code, soon and within memory.</summary>
public class ReaderTests
{
    private const int Seed = 20261130;

    public static TheoryData<string> Names() => [.. FuzzReaders.All.Select(reader => reader.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_damaged_file_is_read_or_refused_with_a_code(string name)
    {
        var reader = FuzzReaders.All.Single(reader => reader.Name == name);
        var faults = FuzzRun.Do(reader, reader.TestCases, Seed);
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sound_file_is_read(string name)
    {
        var reader = FuzzReaders.All.Single(reader => reader.Name == name);
        using var folder = new TemporaryFolder();
        foreach (var seed in reader.Seeds)
        {
            var path = folder.File(reader.FileName);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, seed);
            reader.Read(path);
        }
    }

    [Fact]
    public void The_same_seed_makes_the_same_file()
    {
        var reader = FuzzReaders.All[0];
        Assert.Equal(new Mutator(new Random(Seed), reader).Next(), new Mutator(new Random(Seed), reader).Next());
    }

    [Fact]
    public void A_reader_that_lets_an_exception_out_is_found()
    {
        var reader = new FuzzReader("faulty", "file", ["12"u8.ToArray()], ["3"u8.ToArray()], path => _ = int.Parse(File.ReadAllText(path)));
        Assert.Contains("FormatException", FuzzRun.Do(reader, 100, Seed)[0].Fault);
    }

    [Fact]
    public void A_reader_that_takes_much_memory_is_found()
    {
        var reader = new FuzzReader(
            "hungry", "file", ["12"u8.ToArray()], ["3"u8.ToArray()], _ => GC.KeepAlive(new byte[2 << 20])) { MemoryLimit = 1 << 20 };
        Assert.Contains("MB for a file", FuzzRun.Do(reader, 1, Seed)[0].Fault);
    }
}
