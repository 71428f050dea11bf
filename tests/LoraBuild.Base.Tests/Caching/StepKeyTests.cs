using FsCheck.Xunit;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Base.Tests.Caching;

public class StepKeyTests
{
    [Fact]
    public void The_same_inputs_give_the_same_key() => Assert.Equal(
        new StepKey("Tag", 1).With("threshold", "0.4").ToHash(), new StepKey("Tag", 1).With("threshold", "0.4").ToHash());

    [Fact]
    public void Step_version_name_and_value_all_count() => Assert.Equal(
        5,
        new[]
        {
            new StepKey("Tag", 1).With("threshold", "0.4").ToHash(),
            new StepKey("Tag", 2).With("threshold", "0.4").ToHash(),
            new StepKey("Tags", 1).With("threshold", "0.4").ToHash(),
            new StepKey("Tag", 1).With("thresholds", "0.4").ToHash(),
            new StepKey("Tag", 1).With("threshold", "0.40").ToHash(),
        }.Distinct().Count());

    [Property]
    public bool Values_never_run_together(string? a, string? b, string? c, string? d) =>
        (a, b) == (c, d)
            || new StepKey("S", 1).With("x", a).With("y", b).ToHash() != new StepKey("S", 1).With("x", c).With("y", d).ToHash();
}
