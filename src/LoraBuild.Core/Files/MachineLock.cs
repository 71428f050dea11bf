using System.Globalization;
using System.Text;

namespace LoraBuild.Core.Files;

/// <summary>
/// A lock that one process of this machine holds at a time: a file that the operating system locks, so that a holder which is killed lets go
/// of it as well. It is advice among LoraBuild's own processes; where the folder cannot be used, nobody waits.
/// </summary>
public sealed class MachineLock : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    // EAGAIN of Linux and of macOS, and Windows' ERROR_SHARING_VIOLATION.
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream? file;

    private MachineLock(FileStream? file) => this.file = file;

    /// <summary>Takes the lock, waiting for it as long as another process has it.</summary>
    /// <param name="folder">The folder of lock files; every user of the machine gets access to it where this call creates it.</param>
    /// <param name="name">What is locked: a file name.</param>
    /// <param name="waiting">Called for each process that is waited for, with its id where that is known.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    public static MachineLock Take(string folder, string name, Action<int?> waiting, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, name + ".lock");
        var holderFile = Path.Combine(folder, name + ".pid");
        (bool Told, int? Holder) last = default;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                CreateFolder(folder);
                var taken = new MachineLock(Open(path, FileShare.None));
                WriteHolder(holderFile);
                return taken;
            }
            catch (IOException e) when (HeldByAnother.Contains(e.HResult))
            {
                var holder = ReadHolder(holderFile);
                if (!last.Told || holder != last.Holder)
                    waiting(holder);
                last = (true, holder);
                cancellation.WaitHandle.WaitOne(PollInterval);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new MachineLock(null);
            }
        }
    }

    /// <summary>Lets go of it.</summary>
    public void Dispose() => file?.Dispose();

    private static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder);
        OpenToAll(folder, UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private static FileStream Open(string path, FileShare share)
    {
        var isNew = !File.Exists(path);
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);
        if (isNew)
            OpenToAll(path, UnixFileMode.None);
        return stream;
    }

    // Whatever the umask says: the next to take the lock may be another user.
    private static void OpenToAll(string path, UnixFileMode further)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(
                path,
                further | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        }
    }

    private static void WriteHolder(string path)
    {
        try
        {
            using var stream = Open(path, FileShare.ReadWrite);
            stream.SetLength(0);
            stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever waits will not know for whom.
        }
    }

    private static int? ReadHolder(string path)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return int.TryParse(reader.ReadToEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
