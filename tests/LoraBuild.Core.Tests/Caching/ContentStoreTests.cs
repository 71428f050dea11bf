using LoraBuild.Core.Caching;

namespace LoraBuild.Core.Tests.Caching;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ContentHash key = new StepKey("Test", 1).ToHash();

    private ContentStore Store => new(folder.File("store"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_added_is_placed_with_the_same_bytes()
    {
        Store.Add(key, [("a", folder.Write("a.txt", "first")), ("b", folder.Write("b.txt", "second"))]);

        var result = Store.Find(key)!;

        Assert.Equal(["a", "b"], result.Files.Select(file => file.Name));
        Assert.True(Store.TryPlace(result.Files[1], folder.File("out/b.txt")));
        Assert.Equal("second", File.ReadAllText(folder.File("out/b.txt")));
    }

    [Fact]
    public void An_unknown_key_is_a_miss() => Assert.Null(Store.Find(key));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"Files\":null}")]
    [InlineData("{\"Files\":[{\"Name\":\"a\",\"Sha256\":\"beef\",\"Length\":1}]}")]
    public void A_damaged_entry_is_a_miss_and_is_mended_by_the_next_add(string damage)
    {
        Store.Add(key, [("a", folder.Write("a.txt", "first"))]);
        File.WriteAllText(EntryFile("ac"), damage);

        Assert.Null(Store.Find(key));
        Store.Add(key, [("a", folder.File("a.txt"))]);
        Assert.True(Store.TryPlace(Store.Find(key)!.Files[0], folder.File("out.txt")));
    }

    [Fact]
    public void Content_with_a_flipped_bit_is_never_placed_and_is_mended_by_the_next_add()
    {
        Store.Add(key, [("a", folder.Write("a.txt", "first"))]);
        var bytes = File.ReadAllBytes(EntryFile("cas"));
        bytes[0] ^= 1;
        File.WriteAllBytes(EntryFile("cas"), bytes);

        Assert.False(Store.TryPlace(Store.Find(key)!.Files[0], folder.File("out.txt")));
        Assert.False(File.Exists(folder.File("out.txt")));
        Store.Add(key, [("a", folder.File("a.txt"))]);
        Assert.True(Store.TryPlace(Store.Find(key)!.Files[0], folder.File("out.txt")));
    }

    [Fact]
    public void Content_with_a_flipped_bit_that_nobody_has_read_is_mended_by_the_next_add()
    {
        Store.Add(key, [("a", folder.Write("a.txt", "first"))]);
        File.WriteAllText(EntryFile("cas"), "fir5t");

        Store.Add(key, [("a", folder.File("a.txt"))]);

        Assert.True(Store.TryPlace(Store.Find(key)!.Files[0], folder.File("out.txt")));
    }

    [Fact]
    public async Task Builds_at_the_same_time_do_not_disturb_each_other()
    {
        var file = folder.Write("a.txt", new string('x', 100_000));
        await Parallel.ForAsync(0, 50, (i, _) =>
        {
            Store.Add(key, [("a", file)]);
            Assert.True(Store.TryPlace(Store.Find(key)!.Files[0], folder.File($"out/{i % 5}.txt")));
            return ValueTask.CompletedTask;
        });

        Assert.Single(Directory.EnumerateFiles(folder.File("store/cas"), "*", SearchOption.AllDirectories));
        Assert.All(Directory.EnumerateFiles(folder.File("out")), path => Assert.Equal(100_000, new FileInfo(path).Length));
    }

    private string EntryFile(string part) =>
        Directory.EnumerateFiles(folder.File($"store/{part}"), "*", SearchOption.AllDirectories).Single();
}
