using System.Text.RegularExpressions;

namespace LoraBuild.Layering.Tests;

/// <summary>
/// Tests work beside themselves in tasks that they wait for. An exception on a thread or in a timer would end the test host, and with it
/// every other test.
/// </summary>
public partial class ThreadTests
{
    [Fact]
    public void No_test_works_where_nobody_catches_an_exception()
    {
        var sources = Sources.In("tests").Where(source => Path.GetFileName(source.Path) != "ThreadTests.cs").ToArray();
        Assert.NotEmpty(sources);
        Assert.Empty(sources.SelectMany(source => Uncaught().Matches(source.Text).Select(
            match => $"{source.Path}:{Sources.LineAt(source.Text, match.Index)}: {match.Value} (Task.Factory.StartNew with LongRunning)")));
    }

    [Theory]
    [InlineData("var collector = new Thread(() => {});", true)]
    [InlineData("using var timer = new System.Threading.Timer(_ => {});", true)]
    [InlineData("ThreadPool.QueueUserWorkItem(_ => {});", true)]
    [InlineData("async void Serve()", true)]
    [InlineData("await Task.Run(() => {});", false)]
    [InlineData("Thread.Sleep(20);", false)]
    public void Such_work_is_found(string code, bool isFound) => Assert.Equal(isFound, Uncaught().IsMatch(code));

    [GeneratedRegex(@"new (?:System\.)?(?:Threading\.|Timers\.)?(?:Thread|Timer)\(|QueueUserWorkItem\(|async void")]
    private static partial Regex Uncaught();
}
