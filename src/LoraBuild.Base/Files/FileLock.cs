using System.Globalization;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Files;

/// <summary>
/// A lock that processes of one machine share: a file that one of them at a time holds open. The system lets go of it when that process
/// ends, however it ends; the file itself stays.
/// </summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    // flock's EWOULDBLOCK on Linux and macOS, and Windows' ERROR_SHARING_VIOLATION.
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream file;

    private FileLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock, waiting while another process holds it.</summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="waiting">Called once, where there is something to wait for.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="LoraBuildException">LB6001: the file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<FileLock> TakeAsync(string path, Action? waiting = null, CancellationToken cancellation = default)
    {
        var told = false;
        while (true)
        {
            if (TryTake(path) is { } taken)
                return taken;
            if (!told)
                waiting?.Invoke();
            told = true;
            await Task.Delay(Poll, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the lock, or returns null where another process holds it.</summary>
    /// <exception cref="LoraBuildException">LB6001: the file cannot be written.</exception>
    public static FileLock? TryTake(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
#pragma warning disable RS0030 // A lock is a file without content.
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
#pragma warning restore RS0030
        }
        catch (IOException e) when (Held.Contains(e.HResult))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, e);
        }
    }

    /// <summary>The process that holds the lock of a file, where the system tells; else null.</summary>
    /// <param name="inode">The file's number in its file system.</param>
    internal static int? HolderOf(ulong inode)
    {
        try
        {
            // 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF
            var held = File.ReadLines("/proc/locks").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .FirstOrDefault(
                    words => words is [_, "FLOCK", _, _, _, var file, ..] && file.EndsWith($":{inode}", StringComparison.Ordinal));
            return held is not null && int.TryParse(held[4], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
                ? id
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Lets go of it.</summary>
    public void Dispose() => file.Dispose();
}
