using System.Diagnostics;
using System.Runtime.Versioning;
using LoraBuild.Base.Diagnostics;
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
        var first = Take(folder.Path, "training", _ => Assert.Fail("There is nobody to wait for."), default);

        var second = Task.Run(() => Take(folder.Path, "training", told.SetResult, default));

        Assert.Equal(Environment.ProcessId, await told.Task.WaitAsync(Patience));
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second.WaitAsync(Patience)).Dispose();
    }

    [Fact]
    public void Locks_of_other_names_do_not_wait()
    {
        using var gpu0 = Take(folder.Path, "gpu-0", _ => Assert.Fail("It is not held."), default);
        using var gpu1 = Take(folder.Path, "gpu-1", _ => Assert.Fail("It is not held."), default);
    }

    [Fact]
    public async Task A_holder_that_is_killed_lets_go()
    {
        using (Take(folder.Path, "training", _ => { }, default))
        {
        }

        using var holder = Process.Start(new ProcessStartInfo("flock", ["--no-fork", folder.File("training.lock"), "sleep", "600"]))!;
        var waiting = new TaskCompletionSource();
        var taken = Task.Run(() =>
        {
            while (true)
            {
                // Until the process has got it, this one does.
                var mine = Take(folder.Path, "training", _ => waiting.TrySetResult(), default);
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
        using var first = Take(folder.Path, "training", _ => { }, default);
        using var cancellation = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => Take(folder.Path, "training", _ => cancellation.Cancel(), cancellation.Token));
    }

    [Fact]
    public void Where_there_can_be_no_lock_nobody_waits_and_the_author_hears_of_it()
    {
        var place = Path.Combine(folder.Write("file", ""), "below");

        var told = Unusable(place);

        Assert.Equal((DiagnosticCode.UnsafeFolder, Severity.Warning, place), (told.Code, told.Severity, told.File));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_folder_that_is_made_for_it_is_the_users_own_whatever_the_name()
    {
        var locks = folder.File("run/locks");
        using var taken = Take(locks, "training-gpu-MIG-a/../../x", _ => { }, default);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(locks));
        Assert.Equal(
            ["training-gpu-MIG-a....x.lock"],
            Directory.GetFileSystemEntries(folder.Path, "*.lock", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Users_may_share_one_with_the_sticky_bit_and_a_file_there_is_readable_and_nothing_more()
    {
        File.SetUnixFileMode(folder.Path, Everyone | UnixFileMode.StickyBit);
        using var taken = Take(folder.Path, "training", _ => { }, default);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            File.GetUnixFileMode(folder.File("training.lock")));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void One_in_which_others_could_exchange_files_is_not_used()
    {
        File.SetUnixFileMode(folder.Path, Everyone);

        Assert.Contains("sticky bit", Unusable(folder.Path).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_link_that_was_put_there_is_not_followed()
    {
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var precious = folder.Write("home/precious", "all of it");
        File.SetUnixFileMode(precious, own);
        var locks = folder.File("locks");
        Directory.CreateDirectory(locks, Everyone | UnixFileMode.StickyBit);
        foreach (var ending in new[] { "lock", "pid" })
            File.CreateSymbolicLink(Path.Combine(locks, $"training.{ending}"), precious);
        File.CreateSymbolicLink(Path.Combine(locks, "other.lock"), folder.File("home/none"));
        File.CreateSymbolicLink(folder.File("other"), locks);

        foreach (var (place, name) in new[] { (locks, "training"), (locks, "other"), (folder.File("other"), "third") })
            Unusable(place, name);

        Assert.Equal("all of it", File.ReadAllText(precious));
        Assert.Equal(own, File.GetUnixFileMode(precious));
        Assert.Equal([precious], Directory.GetFiles(folder.File("home")));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_second_name_of_a_file_and_a_pipe_are_no_locks()
    {
        var precious = folder.Write("home/precious", "all of it");
        foreach (var (program, name) in new[] { ("ln", "training.lock"), ("mkfifo", "pipe.lock") })
        {
            using var made = Process.Start(program, program == "ln" ? [precious, folder.File(name)] : [folder.File(name)]);
            made.WaitForExit();
        }

        Unusable(folder.Path);
        Unusable(folder.Path, "pipe");
        Assert.Equal("all of it", File.ReadAllText(precious));
    }

    private const UnixFileMode Everyone = (UnixFileMode)0b111_111_111;

    private static MachineLock Take(string folder, string name, Action<int?> waiting, CancellationToken cancellation) =>
        MachineLock.Take(folder, name, waiting, problem => Assert.Fail(problem.ToString()), cancellation);

    private static Diagnostic Unusable(string folder, string name = "training")
    {
        Diagnostic? told = null;
        using var none = MachineLock.Take(folder, name, _ => Assert.Fail("Nobody waits."), problem => told = problem, default);
        Assert.NotNull(told);
        return told;
    }
}
