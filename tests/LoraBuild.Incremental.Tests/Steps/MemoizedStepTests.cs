using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Steps;

namespace LoraBuild.Incremental.Tests.Steps;

public sealed class MemoizedStepTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;

    private string Obj => Path.Combine(folder, "obj");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_new_is_made_and_then_up_to_date()
    {
        Assert.Equal(new StepTally(2, Made: 2, Restored: 0), Run(("a", "1"), ("b", "1")));
        Assert.Equal(new StepTally(2, Made: 0, Restored: 0), Run(("a", "1"), ("b", "1")));
        Assert.Equal(new StepTally(2, Made: 1, Restored: 0), Run(("a", "1"), ("b", "2")));
        Assert.Equal("b2", File.ReadAllText(Path.Combine(Obj, "b")));
    }

    [Fact]
    public void What_was_made_before_comes_back_from_the_store()
    {
        Run(("a", "1"));
        Run(("a", "2"));
        Assert.Equal(new StepTally(1, Made: 0, Restored: 1), Run(("a", "1")));
        Assert.Equal("a1", File.ReadAllText(Path.Combine(Obj, "a")));
    }

    [Fact]
    public void What_was_tampered_with_comes_back_from_the_store_or_is_made_again()
    {
        Run(("a", "1"));
        File.Delete(Path.Combine(Obj, "a"));
        File.WriteAllText(Path.Combine(Obj, "a"), "tampered");
        Assert.Equal(new StepTally(1, Made: 0, Restored: 1), Run(("a", "1")));

        // In its place: the store's file may be the same one, and is found bad then.
        File.WriteAllText(Path.Combine(Obj, "a"), "tampered");
        Run(("a", "1"));
        Assert.Equal("a1", File.ReadAllText(Path.Combine(Obj, "a")));
    }

    [Fact]
    public void What_fails_is_counted_and_tried_again()
    {
        Assert.Equal(new StepTally(2, Made: 1, Restored: 0, Failed: 1), Run(only: "a", ("a", "1"), ("b", "1")));
        Assert.Equal(new StepTally(2, Made: 1, Restored: 0), Run(("a", "1"), ("b", "1")));
    }

    /// <summary>Each part of a key: the step, its version, a setting, the content of an input, the engine.</summary>
    [Property(MaxTest = 60)]
    public Property A_result_is_found_again_under_its_own_key_alone(byte[] parts, byte other, byte place)
    {
        var text = string.Join(' ', parts.Take(5).Concat(new byte[5]).Take(5));
        var one = parts.Take(5).Concat(new byte[5]).Take(5).ToArray();
        var changed = one.ToArray();
        changed[place % 5] = other;
        var target = Path.Combine(Obj, "property", ContentHash.Of(text + other + place).ToString()[..16]);
        Made(one, target, "one");
        var again = Made(one, target, "again");
        var different = Made(changed, target, "different");
        var isSame = changed[place % 5] == one[place % 5];
        return (!again && different == !isSame && File.ReadAllText(target) == (isSame ? "one" : "different")).ToProperty();

        bool Made(byte[] key, string path, string content)
        {
            // Whatever the properties before have stored is another run's.
            using var session = new BuildSession(Obj, Path.Combine(folder, "cache", Path.GetFileName(path)));
            var isMade = false;
            var hash = new StepKey($"step {key[0]}", key[1]).With("setting", $"{key[2]}").With("input", ContentHash.Of($"{key[3]}"))
                .With("engine", $"{key[4]}").ToHash();
            Assert.True(new MemoizedStep(session, "Test", CancellationToken.None).Run(new StepOutput("a", path, hash), () =>
            {
                isMade = true;
                AtomicFile.WriteText(path, content);
                return new StepResult("a");
            }));
            return isMade;
        }
    }

    [Property(MaxTest = 60)]
    public Property A_bit_flipped_in_the_store_is_found_and_the_result_is_made_again(byte[] content, int position, bool inResult)
    {
        using var temporary = new TemporaryRun();
        byte[] bytes = [.. content, 1];
        temporary.Run(bytes);
        var file =
            Directory.EnumerateFiles(Path.Combine(temporary.Cache, inResult ? "ac" : "cas"), "*", SearchOption.AllDirectories).Single();
        var stored = File.ReadAllBytes(file);
        var flipped = stored.ToArray();
        flipped[(position & int.MaxValue) % flipped.Length] ^= (byte)(1 << (position & 7));
        File.WriteAllBytes(file, flipped);
        // As a fresh clone.
        Directory.Delete(temporary.Obj, recursive: true);

        var isMade = temporary.Run(bytes);
        Directory.Delete(temporary.Obj, recursive: true);
        var isRestored = !temporary.Run(bytes);

        return (isMade && isRestored && File.ReadAllBytes(temporary.Target).AsSpan().SequenceEqual(bytes)).ToProperty();
    }

    [Fact]
    public void Files_and_facts_are_one_result()
    {
        var key = new StepKey("Test", 1).ToHash();
        var output = StepOutput.Of("pair", key, [Path.Combine(Obj, "one"), Path.Combine(Obj, "two")]) with { HasFacts = true };
        var facts = new Dictionary<string, string> { ["width"] = "16", ["height"] = "12" };
        Assert.Equal(1, Pair().Made);
        Assert.Equal(new StepTally(1, Made: 0, Restored: 0), Pair());
        File.Delete(Path.Combine(Obj, "two"));
        Assert.Equal(new StepTally(1, Made: 0, Restored: 1), Pair());
        Directory.Delete(Obj, recursive: true);
        Assert.Equal(new StepTally(1, Made: 0, Restored: 1), Pair());
        Assert.Equal("2", File.ReadAllText(Path.Combine(Obj, "two")));

        StepTally Pair()
        {
            using var session = Session();
            var tally = new MemoizedStep(session, "Test", CancellationToken.None).Run([output], (_, finished) =>
            {
                AtomicFile.WriteText(Path.Combine(Obj, "one"), "1");
                AtomicFile.WriteText(Path.Combine(Obj, "two"), "2");
                finished(new StepResult("pair") { Facts = facts });
            });
            Assert.Equal(facts, session.State.FindFacts(key));
            session.Save();
            return tally;
        }
    }

    [Fact]
    public void Facts_alone_are_kept_in_the_state_and_need_no_store()
    {
        var facts = new Dictionary<string, string> { ["version"] = "1" };
        Assert.True(Ask());
        Assert.False(Ask());
        Assert.False(Directory.Exists(Path.Combine(folder, "cache", "ac")));
        Directory.Delete(Obj, recursive: true);
        Assert.True(Ask());

        bool Ask()
        {
            using var session = Session();
            var asked = false;
            var output = StepOutput.OfFacts("engines", new StepKey("Test", 1).ToHash());
            new MemoizedStep(session, "Test", CancellationToken.None) { IsStored = false }.Run(output, () =>
            {
                asked = true;
                return new StepResult("engines") { Facts = facts };
            });
            Assert.Equal(facts, session.State.FindFacts(output.Key));
            session.Save();
            return asked;
        }
    }

    [Fact]
    public void Files_that_are_known_when_they_are_made_lie_in_their_folder_by_name()
    {
        var (work, target) = (Path.Combine(Obj, "work"), Path.Combine(folder, "bin"));
        var output = StepOutput.In(target, "lora", new StepKey("Train", 1).ToHash());
        Assert.Equal(1, Train().Made);
        Assert.Equal(new StepTally(1, Made: 0, Restored: 0), Train());
        File.Delete(Path.Combine(target, "b.safetensors"));
        Assert.Equal(1, Train().Restored);
        Assert.Equal(["a.safetensors", "b.safetensors"], Directory.EnumerateFiles(target).Select(Path.GetFileName).Order());

        StepTally Train()
        {
            using var session = Session();
            var tally = new MemoizedStep(session, "Train", CancellationToken.None).Run([output], (_, finished) =>
            {
                string[] names = ["a.safetensors", "b.safetensors"];
                foreach (var name in names)
                    AtomicFile.WriteText(Path.Combine(work, name), name);
                finished(new StepResult("lora") { Files = [.. names.Select(name => (name, Path.Combine(work, name)))] });
                Directory.Delete(work, recursive: true);
            });
            session.Save();
            return tally;
        }
    }

    [Fact]
    public void A_run_that_is_cancelled_keeps_what_is_done_and_leaves_nothing_half_written()
    {
        using var cancellation = new CancellationTokenSource();
        using (var session = Session())
        {
            Assert.Throws<OperationCanceledException>(() => new MemoizedStep(
                session, "Test", cancellation.Token).Run(Outputs(("a", "1"), ("b", "1")), (missing, finished) =>
            {
                AtomicFile.WriteText(missing[0].Files![0], "a1");
                finished(new StepResult(missing[0].Id));
                AtomicFile.Write(missing[1].Files![0], stream =>
                {
                    stream.Write("half"u8);
                    cancellation.Cancel();
                    cancellation.Token.ThrowIfCancellationRequested();
                });
            }));
        }

        Assert.Equal([Path.Combine(Obj, "a")], Directory.EnumerateFiles(Obj, "*", SearchOption.AllDirectories));
        Assert.Equal(new StepTally(2, Made: 1, Restored: 1), Run(("a", "1"), ("b", "1")));
    }

    [Fact]
    public void Runs_of_one_key_at_the_same_time_end_with_the_same_bytes()
    {
        var key = new StepKey("Test", 1).ToHash();
        Parallel.For(0, 16, i =>
        {
            using var session = new BuildSession(Path.Combine(folder, $"obj{i}"), Path.Combine(folder, "cache"));
            var target = Path.Combine(session.IntermediateFolder, "a");
            Assert.True(new MemoizedStep(session, "Test", CancellationToken.None).Run(new StepOutput("a", target, key), () =>
            {
                AtomicFile.WriteText(target, new string('x', 100_000));
                return new StepResult("a");
            }));
            Assert.Equal(100_000, File.ReadAllText(target).Length);
            session.Save();
        });

        Assert.Single(Directory.EnumerateFiles(Path.Combine(folder, "cache", "cas"), "*", SearchOption.AllDirectories));
        Assert.Equal(16, Enumerable.Range(0, 16).Count(i => ContentHash.OfFile(Path.Combine(folder, $"obj{i}", "a"))
            == ContentHash.Of(new string('x', 100_000))));
    }

    [Fact]
    public void A_store_that_cannot_be_written_is_an_error_and_nothing_is_said_to_be_done()
    {
        File.WriteAllText(Path.Combine(folder, "cache"), "a file where a folder belongs");
        var error = Assert.Throws<LoraBuildException>(() => Run(("a", "1")));
        Assert.Equal(DiagnosticCode.CannotWrite, error.Diagnostic.Code);
        File.Delete(Path.Combine(folder, "cache"));
        Assert.Equal(1, Run(("a", "1")).Made);
    }

    [Theory]
    [InlineData(812, 3, 0, 0, "Tag: 3 of 812 pictures, 809 up to date")]
    [InlineData(3, 3, 0, 0, "Tag: 3 of 3 pictures")]
    [InlineData(3, 0, 3, 0, "Tag: 0 of 3 pictures, 3 from the cache")]
    [InlineData(4, 1, 1, 1, "Tag: 1 of 4 pictures, 1 from the cache, 1 failed, 1 up to date")]
    public void A_tally_is_one_line(int total, int made, int restored, int failed, string line) =>
        Assert.Equal(line, new StepTally(total, made, restored, failed).Describe("Tag"));

    private BuildSession Session() => new(Obj, Path.Combine(folder, "cache"));

    private List<StepOutput> Outputs(params (string Id, string Version)[] items) =>
        [.. items.Select(
            item => new StepOutput(item.Id, Path.Combine(Obj, item.Id), new StepKey("Test", 1).With(item.Id, item.Version).ToHash()))];

    private StepTally Run(params (string Id, string Version)[] items) => Run(null, items);

    private StepTally Run(string? only, params (string Id, string Version)[] items)
    {
        using var session = Session();
        var tally = new MemoizedStep(session, "Test", CancellationToken.None).Run(Outputs(items), (missing, finished) =>
        {
            foreach (var output in missing.Where(output => only is null || output.Id == only))
            {
                AtomicFile.WriteText(output.Files![0], output.Id + items.Single(item => item.Id == output.Id).Version);
                finished(new StepResult(output.Id));
            }
        });
        session.Save();
        return tally;
    }

    /// <summary>A project and a store of one result.</summary>
    private sealed class TemporaryRun : IDisposable
    {
        private readonly string root = Directory.CreateTempSubdirectory("lorabuild-").FullName;

        public string Obj => Path.Combine(root, "obj");

        public string Cache => Path.Combine(root, "cache");

        public string Target => Path.Combine(Obj, "a");

        public bool Run(byte[] content)
        {
            using var session = new BuildSession(Obj, Cache);
            var isMade = false;
            Assert.True(new MemoizedStep(
                session, "Test", CancellationToken.None).Run(new StepOutput("a", Target, new StepKey("Test", 1).ToHash()), () =>
            {
                isMade = true;
                AtomicFile.Write(Target, stream => stream.Write(content));
                return new StepResult("a");
            }));
            session.Save();
            return isMade;
        }

        public void Dispose() => Directory.Delete(root, recursive: true);
    }
}
