using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Caching;

namespace LoraBuild.Incremental.Tests.Caching;

public sealed class BuildStateTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ContentHash identity = ContentHash.Of("settings");
    private readonly ContentHash key = ContentHash.Of("key");

    private string StateFile => folder.File("state.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Nothing_changed_is_current() => Assert.True(Saved().IsCurrent(identity));

    [Theory]
    [InlineData("/dev/null", "a pipe, a device")]
    [InlineData("/tmp", "a folder")]
    public void What_is_no_regular_file_is_said_to_be_none_at_its_place(string path, string message)
    {
        var error = Assert.Throws<LoraBuildException>(() => new BuildState().HashInput(path)).Diagnostic;
        Assert.Equal((DiagnosticCode.CannotRead, path), (error.Code, error.File));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => new BuildState().HashInput(folder.File("none")));
    }

    [Fact]
    public void Other_settings_are_a_change() => Assert.False(Saved().IsCurrent(ContentHash.Of("other settings")));

    [Fact]
    public void A_changed_input_is_a_change()
    {
        var state = Saved();
        folder.Write("input.txt", "INPUT");
        Assert.False(state.IsCurrent(identity));
    }

    [Fact]
    public void A_change_that_keeps_size_and_modification_time_is_a_change()
    {
        var state = Saved();
        var time = File.GetLastWriteTimeUtc(folder.File("input.txt"));
        folder.Write("input.txt", "INPUT");
        File.SetLastWriteTimeUtc(folder.File("input.txt"), time);
        Assert.False(state.IsCurrent(identity));
    }

    [Fact]
    public void A_modification_time_that_goes_back_is_a_change()
    {
        var state = Saved();
        File.SetLastWriteTimeUtc(folder.File("input.txt"), DateTime.UtcNow.AddYears(-1));
        Assert.False(state.IsCurrent(identity));
    }

    [Fact]
    public void An_output_is_of_a_build_that_made_or_kept_it_or_had_nothing_to_do()
    {
        var (output, input) = (folder.Write("output.txt", "output"), folder.Write("read.txt", "input"));
        var state = new BuildState();
        Assert.False(state.IsMade(output));
        state.RecordOutput(output, key);
        state.HashInput(input);
        Assert.True(state.IsMade(output));
        Assert.False(state.IsMade(input));
        state.Save(StateFile, identity);

        var later = BuildState.Load(StateFile);
        Assert.False(later.IsMade(output));
        Assert.True(later.IsCurrent(identity));
        Assert.True(later.IsMade(output));
        Assert.False(later.IsMade(folder.File("other.txt")));
        Assert.False(later.IsCurrent(ContentHash.Of("other settings")));
        Assert.False(later.IsMade(output));
        Assert.NotNull(later.FindOutput(output, key));
        Assert.True(later.IsMade(output));

        // Another build came between.
        var waiting = BuildState.Load(StateFile);
        Assert.True(waiting.IsCurrent(identity));
        waiting.Reload(StateFile);
        Assert.False(waiting.IsMade(output));
    }

    [Fact]
    public void Every_one_of_many_files_counts()
    {
        var state = new BuildState();
        var files = Enumerable.Range(0, 100).Select(i => folder.Write($"many/{i}.txt", "x")).ToList();
        foreach (var file in files)
            state.RecordOutput(file, key);
        state.NoteAbsent(folder.File("many/none.txt"));
        state.Save(StateFile, identity);
        Assert.True(BuildState.Load(StateFile).IsCurrent(identity));

        foreach (var file in files)
        {
            File.Move(file, file + ".moved");
            Assert.False(BuildState.Load(StateFile).IsCurrent(identity));
            File.Move(file + ".moved", file);
            Assert.Equal(ContentHash.Of("x"), BuildState.Load(StateFile).HashInput(file));
            state.RecordOutput(file, key);
            state.Save(StateFile, identity);
        }
    }

    [Fact]
    public void A_replaced_input_is_a_change()
    {
        var state = Saved();
        var time = File.GetLastWriteTimeUtc(folder.File("input.txt"));
        File.Move(folder.Write("other.txt", "INPUT"), folder.File("input.txt"), overwrite: true);
        File.SetLastWriteTimeUtc(folder.File("input.txt"), time);
        Assert.False(state.IsCurrent(identity));
    }

    [Fact]
    public void A_deleted_output_is_a_change()
    {
        var state = Saved();
        File.Delete(folder.File("output.txt"));
        Assert.False(state.IsCurrent(identity));
        Assert.Null(state.FindOutput(folder.File("output.txt"), key));
    }

    [Fact]
    public void A_file_that_appears_is_a_change()
    {
        var state = Saved();
        folder.Write("absent.txt", "");
        Assert.False(state.IsCurrent(identity));
    }

    [Fact]
    public void A_touched_input_keeps_its_hash()
    {
        var state = Saved();
        File.SetLastWriteTimeUtc(folder.File("input.txt"), DateTime.UtcNow);
        Assert.False(state.IsCurrent(identity));
        Assert.Equal(ContentHash.Of("input"), state.HashInput(folder.File("input.txt")));
    }

    [Fact]
    public void An_input_read_right_after_it_was_written_needs_no_second_look()
    {
        var state = new BuildState();
        var fresh = folder.Write("fresh.txt", "fresh");
        state.HashInput(fresh);
        state.Save(StateFile, identity);
        Assert.True(BuildState.Load(StateFile).IsCurrent(identity));
    }

    [Fact]
    public void A_change_right_after_an_input_was_written_and_read_is_seen()
    {
        for (var round = 0; round < 20; round++)
        {
            var state = new BuildState();
            var fresh = folder.Write("fresh.txt", "fresh");
            state.HashInput(fresh);
            File.WriteAllText(fresh, "FRESH");
            state.Save(StateFile, identity);
            Assert.False(BuildState.Load(StateFile).IsCurrent(identity));
        }
    }

    [Theory]
    [InlineData(2099)]
    [InlineData(1999)]
    public void A_file_from_another_year_is_like_any_other(int year)
    {
        var file = folder.Write("input.txt", "input");
        File.SetLastWriteTimeUtc(file, new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        WaitUntilOld(file);
        var state = new BuildState();
        state.HashInput(file);
        state.Save(StateFile, identity);

        Assert.True(BuildState.Load(StateFile).IsCurrent(identity));

        // An edit by a clock that was set back.
        folder.Write("input.txt", "INPUT");
        File.SetLastWriteTimeUtc(file, new DateTime(year - 1, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var loaded = BuildState.Load(StateFile);
        Assert.False(loaded.IsCurrent(identity));
        Assert.Equal(ContentHash.Of("INPUT"), loaded.HashInput(file));
    }

    [Fact]
    public void An_input_that_changes_while_the_build_is_at_work_is_a_change_for_the_next()
    {
        var state = Saved();
        state.HashInput(folder.File("input.txt"));
        WaitUntilOld(folder.Write("input.txt", "INPUT"));

        // A later step looks at it again.
        Assert.Equal(ContentHash.Of("INPUT"), state.HashInput(folder.File("input.txt")));
        state.Save(StateFile, identity);

        Assert.False(BuildState.Load(StateFile).IsCurrent(identity));
    }

    [Fact]
    public void An_output_counts_only_under_its_key()
    {
        var state = Saved();
        Assert.Equal(ContentHash.Of("output"), state.FindOutput(folder.File("output.txt"), key)!.Content);
        Assert.Null(state.FindOutput(folder.File("output.txt"), ContentHash.Of("another key")));
    }

    [Fact]
    public void A_hard_link_of_an_output_that_comes_or_goes_elsewhere_makes_it_no_other_output()
    {
        var output = folder.File("output.txt");
        Saved();
        FileCopy.Share(output, folder.File("link.txt"));
        File.Delete(folder.File("link.txt"));
        var state = BuildState.Load(StateFile);
        Assert.True(state.IsUntouched(output));
        Assert.Equal(ContentHash.Of("output"), state.HashInput(output));
        Assert.NotNull(state.FindOutput(output, key));
        state.HashInput(folder.File("input.txt"));
        state.Save(StateFile, identity);
        Assert.True(BuildState.Load(StateFile).IsCurrent(identity));

        // And not where its content was changed, whatever its time says.
        var time = File.GetLastWriteTimeUtc(output);
        using (var stream = new FileStream(output, FileMode.Open, FileAccess.Write))
            stream.Write("OUTPUT"u8);
        File.SetLastWriteTimeUtc(output, time);
        Assert.False(BuildState.Load(StateFile).IsUntouched(output));
        Assert.Null(BuildState.Load(StateFile).FindOutput(output, key));
    }

    [Fact]
    public void Outputs_of_a_key_are_found_together_or_not_at_all()
    {
        var state = Saved();
        var other = folder.Write("other.txt", "other");
        state.RecordOutput(folder.File("output.txt"), key);
        state.RecordOutput(other, key);
        state.RecordOutput(folder.Write("third.txt", "third"), ContentHash.Of("another key"));
        state.Save(StateFile, identity);

        Assert.Equal([folder.File("other.txt"), folder.File("output.txt")], BuildState.Load(StateFile).FindOutputs(key));
        Assert.Empty(BuildState.Load(StateFile).FindOutputs(ContentHash.Of("no key")));
        File.Delete(other);
        Assert.Empty(BuildState.Load(StateFile).FindOutputs(key));
    }

    [Fact]
    public void Only_what_a_build_saw_is_saved()
    {
        var state = Saved();
        state.FindOutput(folder.File("output.txt"), key);
        state.Save(StateFile, identity);
        File.Delete(folder.File("input.txt"));
        Assert.True(BuildState.Load(StateFile).IsCurrent(identity));
    }

    [Fact]
    public void Why_something_is_to_be_done_is_told_in_a_sentence()
    {
        Assert.Equal("There is no build before it that succeeded.", Why(BuildState.Load(folder.File("no.state"))));

        var state = Saved();
        Assert.Null(Why(state));
        WaitUntilOld(folder.Write("input.txt", "INPUT"));
        Assert.Equal($"'{folder.File("input.txt")}' was changed or is gone.", Why(state));
        File.Delete(folder.File("output.txt"));
        Assert.Equal($"'{folder.File("input.txt")}' and 1 more were changed or are gone.", Why(state));
        folder.Write("absent.txt", "");
        Assert.Equal($"'{folder.File("absent.txt")}' was not there the last time.", Why(state));
        state.IsCurrent(ContentHash.Of("other settings"));
        Assert.StartsWith("Settings, items", state.WhyNotCurrent, StringComparison.Ordinal);

        string? Why(BuildState asked)
        {
            asked.IsCurrent(identity);
            return asked.WhyNotCurrent;
        }
    }

    [Fact]
    public void An_output_that_somebody_wrote_to_is_not_untouched()
    {
        var state = Saved();
        Assert.True(state.IsUntouched(folder.File("output.txt")));
        Assert.False(state.IsUntouched(folder.File("input.txt")));
        Assert.False(state.IsUntouched(folder.File("none.txt")));
        folder.Write("output.txt", "OUTPUT");
        Assert.False(state.IsUntouched(folder.File("output.txt")));
    }

    [Fact]
    public void A_damaged_state_knows_nothing_that_is_wrong()
    {
        Saved();
        var whole = File.ReadAllBytes(StateFile);
        for (var position = 0; position < whole.Length; position++)
        {
            var flipped = whole.ToArray();
            flipped[position] ^= 1;
            AssertHarmless(flipped);
            AssertHarmless(whole[..position]);
        }
    }

    // Anyone can make sums right of what he wrote.
    [Fact]
    public void A_state_with_right_sums_over_wrong_places_knows_nothing()
    {
        Saved();
        var whole = File.ReadAllBytes(StateFile);
        var counts = Enumerable.Range(0, 5).Select(index => BitConverter.ToInt32(whole, 8 + ContentHash.Size + (4 * index))).ToArray();
        var header = 28 + ContentHash.Size;
        var firstPart = header + (counts[0] * 36) + (counts[1] * 4) + counts[2];
        for (var position = header; position < whole.Length - ContentHash.Size; position += 2)
        {
            foreach (var wrong in new[] { int.MaxValue, int.MinValue, -1, counts[2], counts[4], 0x2f2f2f2f })
            {
                var file = whole.ToArray();
                BitConverter.TryWriteBytes(file.AsSpan(Math.Min(position, file.Length - 4)), wrong);
                ContentHash.Of(file.AsSpan(0, firstPart)).CopyTo(file.AsSpan(firstPart));
                ContentHash.Of(file.AsSpan((firstPart + ContentHash.Size)..^ContentHash.Size))
                    .CopyTo(file.AsSpan(file.Length - ContentHash.Size));
                File.WriteAllBytes(StateFile, file);
                var state = BuildState.Load(StateFile);
                _ = (state.IsCurrent(identity), state.WhyNotCurrent, state.Inputs.ToList(), state.FindOutputs(key), state.FindFacts(key));
                state.Save(StateFile, identity);
            }
        }
    }

    // What stamps are compared by and the hashes are verified apart: either part may know nothing, neither may know something else.
    private void AssertHarmless(byte[] damaged)
    {
        File.WriteAllBytes(StateFile, damaged);
        var state = BuildState.Load(StateFile);
        var current = state.IsCurrent(identity);
        var output = state.FindOutput(folder.File("output.txt"), key);
        Assert.True(!current || output is null);
        Assert.True(output is null || output.Content == ContentHash.Of("output"));
    }

    private BuildState Saved()
    {
        var input = folder.Write("input.txt", "input");
        var output = folder.Write("output.txt", "output");
        WaitUntilOld(input);
        var state = new BuildState();
        state.HashInput(input);
        state.RecordOutput(output, key);
        state.NoteAbsent(folder.File("absent.txt"));
        state.RecordFacts(key, new Dictionary<string, string> { ["width"] = "16" });
        state.Save(StateFile, identity);
        return BuildState.Load(StateFile);
    }

    private static void WaitUntilOld(string file)
    {
        while (FileStamp.Now - FileStamp.Of(file)!.Value.Changed < 50_000_000)
            Thread.Sleep(5);
    }
}
