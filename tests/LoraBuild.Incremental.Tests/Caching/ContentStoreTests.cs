using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Caching;

namespace LoraBuild.Incremental.Tests.Caching;

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
    public void A_result_of_gigabytes_is_a_miss_and_not_read()
    {
        var path = folder.File($"store/ac/{key.ToString()[..2]}/{key}");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var sparse = new FileStream(path, FileMode.Create))
            sparse.SetLength(1_900_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(Store.Find(key));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Facts_come_back_with_the_files_or_alone()
    {
        var facts = new Dictionary<string, string> { ["width"] = "16", ["a name"] = "a=b" };
        Store.Add(key, [("a", folder.Write("a.txt", "first"))], "Test", facts);
        var other = new StepKey("Other", 1).ToHash();
        Store.Add(other, [], "Test", facts);

        Assert.Equal(("Test", "a"), (Store.Find(key)!.Step, Store.Find(key)!.Files.Single().Name));
        Assert.Equal(facts, Store.Find(key)!.Facts);
        Assert.Equal(facts, Store.Find(other)!.Facts);
        Assert.Throws<ArgumentException>(() => Store.Add(key, [], "Test", new Dictionary<string, string> { ["a"] = "two\nlines" }));
    }

    [Fact]
    public void A_bit_flipped_through_a_shared_file_is_found_and_never_placed()
    {
        var file = folder.Write("a.txt", "first");
        Store.Add(key, [("a", file)], areShared: true);
        Assert.True(Store.TryPlace(Store.Find(key)!.Files[0], folder.File("other/a.txt"), isShared: true));
        Assert.Equal("first", File.ReadAllText(folder.File("other/a.txt")));

        // In its place, as no step does it. Where the file system shares blocks and not files, the store does not see it.
        using (var stream = new FileStream(folder.File("other/a.txt"), FileMode.Open, FileAccess.Write))
            stream.Write("fir5t"u8);
        var isPlaced = Store.TryPlace(Store.Find(key)!.Files[0], folder.File("third/a.txt"));

        Assert.Equal(isPlaced ? "first" : "fir5t", File.ReadAllText(file));
        Assert.Equal(isPlaced, File.Exists(folder.File("third/a.txt")));
        if (isPlaced)
            Assert.Equal("first", File.ReadAllText(folder.File("third/a.txt")));
        File.WriteAllText(folder.File("b.txt"), "first");
        Store.Add(key, [("a", folder.File("b.txt"))]);
        Assert.True(Store.TryPlace(Store.Find(key)!.Files[0], folder.File("third/a.txt")));
        Assert.Equal("first", File.ReadAllText(folder.File("third/a.txt")));
    }

    [Fact]
    public void A_file_that_is_placed_over_another_name_of_itself_leaves_nothing_behind()
    {
        var file = folder.Write("out/a.txt", "first");
        var result = Store.Add(key, [("a", file)], areShared: true);
        Assert.True(Store.TryPlace(result.Files[0], file, isShared: true));
        Assert.Equal([file], Directory.EnumerateFiles(folder.File("out")));
    }

    [Fact]
    public void What_an_author_gets_is_a_file_of_its_own()
    {
        var result = Store.Add(key, [("a", folder.Write("a.txt", "first"))]);
        Assert.True(Store.TryPlace(result.Files[0], folder.File("out.txt")));
        using (var stream = new FileStream(folder.File("out.txt"), FileMode.Open, FileAccess.Write))
            stream.Write("fir5t"u8);
        Assert.True(Store.TryPlace(result.Files[0], folder.File("again.txt")));
        Assert.Equal("first", File.ReadAllText(folder.File("again.txt")));
    }

    [Fact]
    public void An_unknown_key_is_a_miss() => Assert.Null(Store.Find(key));

    [Fact]
    public void A_store_that_cannot_be_written_is_an_error_with_a_code()
    {
        folder.Write("store/cas", "a file where a folder belongs");
        var error = Assert.Throws<LoraBuildException>(() => Store.Add(key, [("a", folder.Write("a.txt", "first"))], "Test"));
        Assert.Equal(DiagnosticCode.CannotWrite, error.Diagnostic.Code);
    }

    [Fact]
    public void A_damaged_entry_is_a_miss_and_is_mended_by_the_next_add()
    {
        Store.Add(key, [("a", folder.Write("a.txt", "first"))], "Test");
        var whole = File.ReadAllBytes(EntryFile("ac"));
        for (var position = 0; position < whole.Length; position++)
        {
            var flipped = whole.ToArray();
            flipped[position] ^= 1;
            foreach (var damage in (byte[][])[flipped, whole[..position]])
            {
                File.WriteAllBytes(Path.Combine(folder.Path, "store/ac", key.ToString()[..2], key.ToString()), damage);
                Assert.Null(Store.Find(key));
            }
        }

        Store.Add(key, [("a", folder.File("a.txt"))], "Test");
        Assert.True(Store.TryPlace(Store.Find(key)!.Files[0], folder.File("out.txt")));
    }

    [Fact]
    public void An_entry_under_another_key_is_a_miss()
    {
        Store.Add(key, [("a", folder.Write("a.txt", "first"))]);
        var other = new StepKey("Other", 1).ToHash();
        var target = folder.File($"store/ac/{other.ToString()[..2]}/{other}");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(EntryFile("ac"), target);

        Assert.Null(Store.Find(other));
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("/a")]
    [InlineData("..")]
    public void A_name_that_leads_elsewhere_is_a_miss(string name)
    {
        Store.Add(key, [(name, folder.Write("a.txt", "first"))]);
        Assert.Null(Store.Find(key));
    }

    [Fact]
    public void An_entry_is_an_ActionResult_of_the_remote_execution_API()
    {
        Store.Add(key, [("a", folder.Write("a.txt", "first"))], "Test");

        // output_files { path: "a" digest { hash: "..." size_bytes: 5 } } stdout_raw: "Test" stderr_raw: the seal, by their field numbers.
        byte[] expected = [0x12, 73, 0x0a, 1, (byte)'a', 0x12, 68, 0x0a, 64, .. Encoding.ASCII.GetBytes(
            ContentHash.Of("first").ToString()), 0x10, 5, 0x2a, 4, .. "Test"u8, 0x3a, 64];
        var entry = File.ReadAllBytes(EntryFile("ac"));
        Assert.Equal(expected, entry[..expected.Length]);
        Assert.Equal(expected.Length + 64, entry.Length);
    }

    [Fact]
    public void What_was_used_least_recently_goes_first()
    {
        var keys = Enumerable.Range(0, 10).Select(i => new StepKey("Test", i).ToHash()).ToList();
        using (var store = Store)
        {
            foreach (var (one, i) in keys.Select((one, i) => (one, i)))
                store.Add(one, [("a", folder.Write("a.txt", new string((char)('a' + i), 1000)))]);
        }

        foreach (var file in Entries())
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        using (var store = Store)
            Assert.True(store.TryPlace(store.Find(keys[3])!.Files[0], folder.File("out.txt")));
        using var pruning = Store;
        var (files, bytes) = pruning.Prune(3000, exactly: true);

        Assert.True(files >= 16, $"{files} files");
        Assert.True(bytes >= 7000, $"{bytes} bytes");
        Assert.True(Entries().Sum(file => new FileInfo(file).Length) <= 3000);
        Assert.True(pruning.TryPlace(pruning.Find(keys[3])!.Files[0], folder.File("out.txt")));
        Assert.Equal(default, pruning.Prune(3000, exactly: true));
    }

    [Fact]
    public void What_a_running_build_uses_stays()
    {
        using (var store = Store)
            store.Add(key, [("a", folder.Write("a.txt", "first"))]);
        foreach (var file in Entries())
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        using var running = Store;
        var result = running.Find(key)!;
        Assert.True(running.TryPlace(result.Files[0], folder.File("out.txt")));
        using var other = Store;
        other.Add(new StepKey("Other", 1).ToHash(), [("a", folder.Write("b.txt", "second"))]);

        Assert.Equal(default, other.Prune(0, exactly: true));

        running.Dispose();
        Assert.Equal(4, other.Prune(0, exactly: true).Files);
        Assert.Null(other.Find(key));
    }

    [Fact]
    public void A_build_that_was_killed_keeps_nothing()
    {
        using var store = Store;
        store.Add(key, [("a", folder.Write("a.txt", "first"))]);
        folder.Write("store/builds/killed", "");

        Assert.Equal(2, store.Prune(0, exactly: true).Files);
    }

    [Fact]
    public void A_store_within_its_bound_is_not_counted_again()
    {
        using var store = Store;
        store.Add(key, [("a", folder.Write("a.txt", "first"))]);
        store.Prune(long.MaxValue);
        // Were it counted, it would be over the bound.
        File.SetLastWriteTimeUtc(folder.Write("store/cas/00/unknown", new string('x', 10_000)), DateTime.UtcNow.AddDays(-1));
        store.Add(new StepKey("Test", 2).ToHash(), [("a", folder.Write("b.txt", "second"))]);

        Assert.Equal(default, store.Prune(5000));
        Assert.Equal((1, 10_000L), store.Prune(5000, exactly: true));
    }

    [Fact]
    public void What_another_process_added_counts()
    {
        using var store = Store;
        store.Add(key, [("a", folder.Write("a.txt", "first"))]);
        store.Prune(long.MaxValue);
        using (var worker = Store)
            worker.Add(new StepKey("Test", 2).ToHash(), [("a", folder.Write("b.txt", new string('x', 10_000)))]);
        store.Add(new StepKey("Test", 3).ToHash(), [("a", folder.Write("c.txt", "third"))]);

        Assert.True(store.Prune(10_000).Bytes > 10_000);
    }

    [Fact]
    public void A_summary_counts_by_step()
    {
        Store.Add(key, [("a", folder.Write("a.txt", "first"))], "Tag");
        Store.Add(new StepKey("Test", 2).ToHash(), [("a", folder.Write("b.txt", "second!"))], "Normalize");
        Store.Add(new StepKey("Test", 3).ToHash(), [("a", folder.File("a.txt"))], "Tag");

        var summary = Store.Summarize();

        Assert.Equal(3, summary.Results);
        Assert.Equal([("Tag", 2, 10L), ("Normalize", 1, 7L)], summary.Steps);
        Assert.Equal(Entries().Sum(file => new FileInfo(file).Length), summary.Bytes);
        Assert.True(summary.LeastRecent <= summary.MostRecent);
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

    private List<string> Entries() =>
        [.. new[] { "ac", "cas" }
            .SelectMany(part => Directory.EnumerateFiles(folder.File($"store/{part}"), "*", SearchOption.AllDirectories))];

    private string EntryFile(string part) =>
        Directory.EnumerateFiles(folder.File($"store/{part}"), "*", SearchOption.AllDirectories).Single();
}
