using System.Globalization;
using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Files;

/// <summary>
/// A <see cref="FileLock"/> among all users of a machine, which tells whoever waits for whom. Where its folder cannot be used, nobody
/// waits: it keeps work from getting into each other's way and is not needed for a right result.
/// </summary>
public sealed class MachineLock : IDisposable
{
    private const UnixFileMode Everyone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly FileLock? taken;

    private MachineLock(FileLock? taken) => this.taken = taken;

    /// <summary>Takes the lock, waiting for it as long as another process has it.</summary>
    /// <param name="folder">The folder of lock files, which is created for every user.</param>
    /// <param name="name">The name of the locked thing: a file name.</param>
    /// <param name="waiting">Called for each process that is waited for, with its id where that is known.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The waiting was cancelled.</exception>
    public static MachineLock Take(string folder, string name, Action<int?> waiting, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, name + ".lock");
        var holderFile = Path.Combine(folder, name + ".pid");
        (bool Told, int? Holder) last = default;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryTake(folder, file, holderFile) is { } turn)
                return turn;
            var holder = ReadHolder(holderFile);
            if (!last.Told || holder != last.Holder)
                waiting(holder);
            last = (true, holder);
            cancellation.WaitHandle.WaitOne(Poll);
        }
    }

    /// <summary>Lets go of it.</summary>
    public void Dispose() => taken?.Dispose();

    private static MachineLock? TryTake(string folder, string file, string holderFile)
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
                LetEveryone(folder, Everyone | Enter);
            }

            if (FileLock.TryTake(file) is not { } taken)
                return null;
            LetEveryone(file, Everyone);
            WriteHolder(holderFile);
            return new MachineLock(taken);
        }
        catch (Exception e) when (e is LoraBuildException or IOException or UnauthorizedAccessException)
        {
            return new MachineLock(null);
        }
    }

    // Whatever the umask says. What another user made has its mode already.
    private static void LetEveryone(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows() && !File.GetUnixFileMode(path).HasFlag(mode))
            File.SetUnixFileMode(path, mode);
    }

    private static void WriteHolder(string path)
    {
        try
        {
#pragma warning disable RS0030 // Written in its place while others read it; half a number is none.
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
#pragma warning restore RS0030
            LetEveryone(path, Everyone);
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
#pragma warning disable RS0030 // Reads, also while the holder writes.
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
#pragma warning restore RS0030
            return int.TryParse(reader.ReadToEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
