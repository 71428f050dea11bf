using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace LoraBuild.Core.Files;

/// <summary>
/// Folders of files that are deleted and written again, as a build's outputs are. ext4 keeps a folder's files near it, and one without a
/// journal passes over the inodes that were deleted there in the last minutes, one by one, for each new file: up to 0.4 ms a file instead
/// of 0.02. So a folder is made somewhere else each time: in a folder with the attribute T (chattr(1)), whose subfolders ext4 spreads over
/// the disk by their names, some are made under random names, and one that takes a new file quickly is moved into its place.
/// </summary>
internal static class OutputFolder
{
    // FS_IOC_GETFLAGS, FS_IOC_SETFLAGS and FS_TOPDIR_FL of Linux' fs.h. Where a processor has other numbers, or a file system no such
    // attribute, the call fails, and nothing is lost but the speed.
    private const nuint GetAttributes = 0x80086601, SetAttributes = 0x40086602;
    private const long TopOfTrees = 0x20000;

    // ext4 takes the next group of blocks with room and no folder after the one that the name falls on, so some groups come up often, and
    // then again after the next deletion. While all these folders are there each comes up once, and the last is as likely in any group.
    private const int Places = 16;
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(0.1);

    /// <summary>Creates a folder, and the folders above it, unless it is there.</summary>
    /// <exception cref="IOException">There is a file of that name, or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created there.</exception>
    public static void Create(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Directory.Exists(path) && !(OperatingSystem.IsLinux() && TryCreateApart(path)))
            Directory.CreateDirectory(path);
    }

    private static bool TryCreateApart(string path)
    {
        var top = AtomicFile.TemporaryIn(Path.GetDirectoryName(path)!);
        try
        {
            Directory.CreateDirectory(top);
            if (!TrySpread(top))
                return false;
            var places = Enumerable.Range(0, Places).Select(_ => Directory.CreateDirectory(Path.Combine(top, Path.GetRandomFileName())).FullName).ToList();
            Directory.Move(places.FindLast(place => TimeOfNewFile(place) < Soon) ?? places[^1], path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another thread or build was faster, or what is wrong shows where the folder is made the plain way.
            return false;
        }
        finally
        {
            Discarded.DeleteFolder(top);
        }
    }

    private static bool TrySpread(string folder)
    {
        var handle = FolderHandle.Open(in Encoding.UTF8.GetBytes(folder + '\0')[0], FolderHandle.ForReading);
        if (handle < 0)
            return false;
        try
        {
            long attributes = 0;
            if (Control(handle, GetAttributes, ref attributes) != 0)
                return false;
            attributes |= TopOfTrees;
            return Control(handle, SetAttributes, ref attributes) == 0;
        }
        finally
        {
            _ = FolderHandle.Close(handle);
        }
    }

    private static TimeSpan TimeOfNewFile(string folder)
    {
        var file = AtomicFile.TemporaryIn(folder);
        var watch = Stopwatch.StartNew();
        File.WriteAllBytes(file, []);
        var time = watch.Elapsed;
        File.Delete(file);
        return time;
    }

    [DllImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int file, nuint request, ref long value);
}
