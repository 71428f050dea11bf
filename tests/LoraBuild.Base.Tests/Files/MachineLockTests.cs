using System.Diagnostics;
using System.Runtime.Versioning;
using LoraBuild.Base.Files;

namespace LoraBuild.Base.Tests.Files;

public sealed class MachineLockTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_second_waits_for_the_first_and_is_told_for_whom()
    {
        var told = new TaskCompletionSource<int?>();
        var first = MachineLock.Take(folder.Path, "training", _ => Assert.Fail("There is nobody to wait for."), default);

        var second = Task.Run(() => MachineLock.Take(folder.Path, "training", told.SetResult, default));

        Assert.Equal(Environment.ProcessId, await told.Task.WaitAsync(Patience));
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second.WaitAsync(Patience)).Dispose();
    }

    [Fact]
    public void Locks_of_other_names_do_not_wait()
    {
        using var gpu0 = MachineLock.Take(folder.Path, "gpu-0", _ => Assert.Fail("It is not held."), default);
        using var gpu1 = MachineLock.Take(folder.Path, "gpu-1", _ => Assert.Fail("It is not held."), default);
    }

    [Fact]
    public async Task A_holder_that_is_killed_lets_go()
    {
        using (MachineLock.Take(folder.Path, "training", _ => { }, default))
        {
        }

        using var holder = Process.Start(new ProcessStartInfo("flock", ["--no-fork", folder.File("training.lock"), "sleep", "600"]))!;
        var waiting = new TaskCompletionSource();
        var taken = Task.Run(() =>
        {
            while (true)
            {
                // Until the process has got it, this one does.
                var mine = MachineLock.Take(folder.Path, "training", _ => waiting.TrySetResult(), default);
                if (waiting.Task.IsCompleted)
                    return mine;
                mine.Dispose();
                Thread.Sleep(20);
            }
        });
        await waiting.Task.WaitAsync(Patience);
        Assert.False(taken.IsCompleted);

        holder.Kill();

        (await taken.WaitAsync(Patience)).Dispose();
    }

    [Fact]
    public void Waiting_can_be_cancelled()
    {
        using var first = MachineLock.Take(folder.Path, "training", _ => { }, default);
        using var cancellation = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(
            () => MachineLock.Take(folder.Path, "training", _ => cancellation.Cancel(), cancellation.Token));
    }

    [Fact]
    public void Where_there_can_be_no_lock_nobody_waits()
    {
        var file = folder.Write("file", "");
        using var first = MachineLock.Take(Path.Combine(file, "below"), "training", _ => Assert.Fail("Nobody waits."), default);
        using var second = MachineLock.Take(Path.Combine(file, "below"), "training", _ => Assert.Fail("Nobody waits."), default);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Every_user_of_the_machine_may_take_it()
    {
        var locks = Path.Combine(folder.Path, "locks");
        using var taken = MachineLock.Take(locks, "training", _ => { }, default);

        const UnixFileMode everyone =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        Assert.Equal(everyone, File.GetUnixFileMode(Path.Combine(locks, "training.lock")));
        Assert.True(File.GetUnixFileMode(locks).HasFlag(everyone));
    }
}
