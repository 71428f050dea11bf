using LoraBuild.Base.Hashing;
using LoraBuild.Tasks.Steps;

namespace LoraBuild.Tasks.Tests.Steps;

public sealed class MemoizedStepTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lorabuild-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_new_is_made_and_then_up_to_date()
    {
        Assert.Equal(new StepTally(2, Made: 2, Restored: 0), Run(("a", "1"), ("b", "1")));
        Assert.Equal(new StepTally(2, Made: 0, Restored: 0), Run(("a", "1"), ("b", "1")));
        Assert.Equal(new StepTally(2, Made: 1, Restored: 0), Run(("a", "1"), ("b", "2")));
        Assert.Equal("b2", File.ReadAllText(Path.Combine(folder, "obj", "b")));
    }

    [Fact]
    public void What_was_made_before_comes_back_from_the_store()
    {
        Run(("a", "1"));
        Run(("a", "2"));
        Assert.Equal(new StepTally(1, Made: 0, Restored: 1), Run(("a", "1")));
        Assert.Equal("a1", File.ReadAllText(Path.Combine(folder, "obj", "a")));
    }

    [Fact]
    public void What_was_tampered_with_comes_back_from_the_store()
    {
        Run(("a", "1"));
        File.WriteAllText(Path.Combine(folder, "obj", "a"), "tampered");
        Assert.Equal(new StepTally(1, Made: 0, Restored: 1), Run(("a", "1")));
    }

    [Fact]
    public void What_fails_is_counted_and_tried_again()
    {
        Assert.Equal(new StepTally(2, Made: 1, Restored: 0, Failed: 1), Run(only: "a", ("a", "1"), ("b", "1")));
        Assert.Equal(new StepTally(2, Made: 1, Restored: 0), Run(("a", "1"), ("b", "1")));
    }

    [Theory]
    [InlineData(812, 3, 0, 0, "Tag: 3 of 812 pictures, 809 up to date")]
    [InlineData(3, 3, 0, 0, "Tag: 3 of 3 pictures")]
    [InlineData(3, 0, 3, 0, "Tag: 0 of 3 pictures, 3 from the cache")]
    [InlineData(4, 1, 1, 1, "Tag: 1 of 4 pictures, 1 from the cache, 1 failed, 1 up to date")]
    public void A_tally_is_one_line(int total, int made, int restored, int failed, string line) =>
        Assert.Equal(line, new StepTally(total, made, restored, failed).Describe("Tag"));

    private StepTally Run(params (string Id, string Version)[] items) => Run(null, items);

    private StepTally Run(string? only, params (string Id, string Version)[] items)
    {
        using var session = new BuildSession(Path.Combine(folder, "obj"), Path.Combine(folder, "cache"));
        var outputs = items.Select(item => new StepOutput(
            item.Id, Path.Combine(folder, "obj", item.Id), new StepKey("Test", 1).With(item.Id, item.Version).ToHash())).ToList();
        var tally = new MemoizedStep(session, "Test", CancellationToken.None).Run(outputs, (missing, finished) =>
        {
            foreach (var output in missing.Where(output => only is null || output.Id == only))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(output.Target)!);
                File.WriteAllText(output.Target, output.Id + items.Single(item => item.Id == output.Id).Version);
                finished(output.Id);
            }
        });
        session.State.Save(session.StateFile, session.Identity);
        return tally;
    }
}
