using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Files;

#pragma warning disable RS0030 // Copies are made under a name of their own, and renamed when they are whole.

/// <summary>
/// Copies of files that lie at their targets whole or not at all, and whose bytes don't pass through memory where they need not.
/// </summary>
public static class FileCopy
{
    // FICLONE of Linux' fs.h: the new file has the blocks of the other one until either is written to. Btrfs, XFS, bcachefs and ZFS have
    // it.
    private const nuint Clone = 0x40049409;

    // Folders whose file system has refused it.
    private static readonly ConcurrentDictionary<string, bool> WithoutClones = new(StringComparer.Ordinal);

    /// <summary>Makes a file of its own, which shares the blocks of the other one where the file system can.</summary>
    /// <exception cref="LoraBuildException">LB6001: the target cannot be written, or the source cannot be read.</exception>
    public static void Copy(string source, string target) => Place(source, target, temporary => File.Copy(source, temporary));

    /// <summary>
    /// The same for a file that nobody edits in its place: where blocks cannot be shared, the target becomes another name of the source, a
    /// hard link, or where that cannot be either, a copy.
    /// </summary>
    /// <exception cref="LoraBuildException">LB6001: the target cannot be written, or the source cannot be read.</exception>
    public static void Share(string source, string target) => Place(source, target, temporary =>
    {
        if (!TryClone(source, temporary) && !TryLink(source, temporary))
            File.Copy(source, temporary);
    });

    private static void Place(string source, string target, Action<string> make)
    {
        var temporary = AtomicFile.TemporaryBeside(target);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
            make(temporary);
            File.Move(temporary, target, overwrite: true);
            // A rename does nothing where both are names of one file already.
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discarded.Delete(temporary);
            throw e is FileNotFoundException ? e : AtomicFile.CannotWrite(target, e);
        }
    }

    private static bool TryClone(string source, string target)
    {
        var folder = Path.GetDirectoryName(target)!;
        if (!OperatingSystem.IsLinux() || WithoutClones.ContainsKey(folder))
            return false;
        using (var from = File.OpenHandle(source))
        using (var to = File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write))
        {
            if (Control((int)to.DangerousGetHandle(), Clone, (int)from.DangerousGetHandle()) == 0)
                return true;
        }

        WithoutClones[folder] = true;
        File.Delete(target);
        return false;
    }

    private static bool TryLink(string source, string target) =>
        !OperatingSystem.IsWindows() && Link(in Encoding.UTF8.GetBytes(source + '\0')[0], in Encoding.UTF8.GetBytes(target + '\0')[0]) == 0;

    [DllImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int file, nuint request, int other);

    [DllImport("libc", EntryPoint = "link")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(in byte source, in byte target);
}
