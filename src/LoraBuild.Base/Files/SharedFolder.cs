using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LoraBuild.Base.Files;

/// <summary>
/// A folder in a place that other users of the machine may write to. They can put links, pipes and files of theirs where ours are
/// expected; so it is opened once and checked, files in it are opened without following links, and nothing that another user made is
/// written to or gets another mode.
/// </summary>
public sealed class SharedFolder : IDisposable
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // From fcntl.h and sys/file.h of Linux on x86-64.
    private const int ReadOnly = 0, ReadWrite = 0x2, Create = 0x40, Exclusive = 0x80, NonBlocking = 0x800, FolderOnly = 0x10000;
    private const int NoFollow = 0x20000, CloseOnExecute = 0x80000;
    private const int LockExclusive = 0x2, LockNonBlocking = 0x4;
    private const uint ReadableByAll = 0x1a4;
    private const int NoSuchFile = 2, PermissionDenied = 13, FileExists = 17, ReadOnlyFileSystem = 30, Held = 11;

    private readonly SafeFileHandle folder;

    private SharedFolder(SafeFileHandle folder) => this.folder = folder;

    /// <summary>Creates a folder, and those above it, that only this user may enter; one that exists stays as it is.</summary>
    public static void CreateOwn(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerAlone);
    }

    /// <summary>True if a folder can be written to by every user of the machine.</summary>
    public static bool IsOpenToAll(string path) =>
        OperatingSystem.IsLinux() && FileStatus.Of(FileStatus.CurrentFolder, in Bytes(path)[0], 0) is { IsWritableByAll: true };

    /// <summary>Opens a folder of files that several users may share; where it does not exist, creates it for this user alone.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="reason">The reason why it cannot be used, as the end of the sentence "it ...".</param>
    /// <returns>The folder, or null.</returns>
    public static SharedFolder? Open(string path, out string reason)
    {
        try
        {
            if (!Directory.Exists(path))
                CreateOwn(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = $"cannot be created: {e.Message}";
            return null;
        }

        var bytes = Bytes(Path.TrimEndingDirectorySeparator(path));
        var handle = OpenAt(FileStatus.CurrentFolder, in bytes[0], ReadOnly | FolderOnly | NoFollow | CloseOnExecute, 0);
        if (handle < 0)
        {
            reason = new FileInfo(path).LinkTarget is null ? $"cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}" : "is a link";
            return null;
        }

        var shared = new SharedFolder(new SafeFileHandle(handle, ownsHandle: true));
        reason = FileStatus.Of(handle, in Bytes("")[0], FileStatus.OfHandle) switch
        {
            null => "cannot be looked at",
            { } status when !IsTrusted(status.Owner) => "belongs to another user, who is not root",
            { IsWritableByAll: true, IsSticky: false } =>
                "can be written to by every user and has no sticky bit (chmod +t), so that they could exchange each other's files",
            _ => "",
        };
        if (reason.Length == 0)
            return shared;
        shared.Dispose();
        return null;
    }

    /// <summary>Takes the lock of a file in it, as <c>flock</c> does. The file is made where there is none, and never written to.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="holder">Of a lock that another process has: its id, where the system tells.</param>
    /// <returns>The lock, held until it is disposed of, or null where another process has it.</returns>
    /// <exception cref="IOException">The file cannot be opened, or is no regular file of one name.</exception>
    public IDisposable? TryLock(string name, out int? holder)
    {
        holder = null;
        var file = OpenFile(name);
        var status = FileStatus.Of((int)file.DangerousGetHandle(), in Bytes("")[0], FileStatus.OfHandle);
        if (status is not { IsRegular: true, Names: 1 })
        {
            file.Dispose();
            throw new IOException($"'{name}' in the folder is no file of its own.");
        }

        if (Lock((int)file.DangerousGetHandle(), LockExclusive | LockNonBlocking) == 0)
            return file;
        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        if (error != Held)
            throw new IOException($"'{name}' in the folder cannot be locked: {Marshal.GetPInvokeErrorMessage(error)}");
        holder = FileLock.HolderOf(status.Value.Inode);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();

    private static bool IsTrusted(uint owner) => owner == 0 || owner == EffectiveUser();

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path + '\0');

    // Only what this call makes gets a mode, whatever the umask says; a file of another user is locked without writing to it.
    private SafeFileHandle OpenFile(string name)
    {
        var path = Bytes(name);
        const int safely = NoFollow | NonBlocking | CloseOnExecute;
        while (true)
        {
            var file = OpenAt(folder, path, ReadWrite | safely);
            if (file < 0 && Marshal.GetLastPInvokeError() is PermissionDenied or ReadOnlyFileSystem)
                file = OpenAt(folder, path, ReadOnly | safely);
            if (file < 0 && Marshal.GetLastPInvokeError() == NoSuchFile)
            {
                file = OpenAt(folder, path, ReadWrite | Create | Exclusive | safely);
                if (file < 0 && Marshal.GetLastPInvokeError() == FileExists)
                    continue;
                if (file >= 0)
                    _ = ChangeMode(file, ReadableByAll);
            }

            return file >= 0
                ? new SafeFileHandle(file, ownsHandle: true)
                : throw new IOException($"'{name}' in the folder cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static int OpenAt(SafeFileHandle folder, byte[] path, int flags) =>
        OpenAt((int)folder.DangerousGetHandle(), in path[0], flags, ReadableByAll);

    [DllImport("libc", EntryPoint = "openat", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenAt(int folder, in byte path, int flags, uint mode);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Lock(int file, int operation);

    [DllImport("libc", EntryPoint = "fchmod")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeMode(int file, uint mode);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
