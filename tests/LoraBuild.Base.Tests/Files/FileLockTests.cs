using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Base.Tests.Files;

public sealed class FileLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("below/lock");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task One_holds_it_and_the_next_waits_and_says_so()
    {
        var said = new TaskCompletionSource();
        var first = FileLock.TryTake(Path)!;
        Assert.Null(FileLock.TryTake(Path));
        var second = FileLock.TakeAsync(Path, said.SetResult);

        await said.Task;
        Assert.False(second.IsCompleted);
        first.Dispose();

        using var taken = await second;
        Assert.Null(FileLock.TryTake(Path));
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using var first = FileLock.TryTake(Path);
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FileLock.TakeAsync(Path, cancellation.Cancel, cancellation.Token));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_an_error_and_nothing_to_wait_for()
    {
        var error = Assert.Throws<LoraBuildException>(() => FileLock.TryTake(System.IO.Path.Combine(folder.Write("a file", ""), "lock")));
        Assert.Equal(DiagnosticCode.CannotWrite, error.Diagnostic.Code);
    }
}
