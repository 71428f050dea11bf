using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace LoraBuild.Core.Files;

/// <summary>
/// Folders of files that are deleted and written again, as a build's outputs are. ext4 keeps a folder's files near it, and one without a
/// journal passes over the inodes that were deleted there in the last minutes, one by one, for each new file: up to 0.4 ms a file instead
/// of 0.02. There, a folder is made somewhere else each time: in a folder with the attribute T (chattr(1)), whose subfolders ext4 spreads
/// over the disk by their names, some are made under random names, and one that takes a new file quickly is moved to where it belongs.
/// </summary>
internal static class OutputFolder
{
    // FS_IOC_GETFLAGS, FS_IOC_SETFLAGS and FS_TOPDIR_FL of Linux' fs.h. Where a processor has other numbers, or a file system no such
    // attribute, the call fails, and nothing is lost but the speed.
    private const nuint GetAttributes = 0x80086601, SetAttributes = 0x40086602;
    private const long TopOfTrees = 0x20000;

    // Has an entry for each journal of ext4 in use.
    private const string Journals = "/proc/fs/jbd2";

    // Of the groups of blocks with room, ext4 takes one with the fewest folders, and of these the next after the one that the name falls on:
    // some come up often, and would again after the next deletion. Most of them are taken when the last of so many is made.
    private const int Places = 16;

    private static readonly EnumerationOptions WithoutErrors = new() { IgnoreInaccessible = true };
    private static readonly Lazy<bool> HasJournals = new(() => Directory.Exists(Journals) && Directory.EnumerateFileSystemEntries(Journals, "*", WithoutErrors).Any());
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(0.1);

    // The rename of a folder replaces an empty one, in which another thread may be about to write.
    private static readonly Lock Turn = new();

    /// <summary>Creates a folder, and the folders above it, unless it is there.</summary>
    /// <param name="path">Its full path.</param>
    /// <exception cref="IOException">There is a file of that name, or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be created there.</exception>
    public static void Create(string path)
    {
        if (!OperatingSystem.IsLinux() || HasJournals.Value)
            Directory.CreateDirectory(path);
        else
            Create(path, TakesFilesQuickly);
    }

    /// <summary>The same as on a Linux without journals, with another judgement of whether a folder lies in a good place.</summary>
    internal static void Create(string path, Func<string, bool> isGood)
    {
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { } parent)
            Create(parent, isGood);
        lock (Turn)
        {
            if (Directory.Exists(path) || !TryCreateElsewhere(path, isGood))
                Directory.CreateDirectory(path);
        }
    }

    private static bool TryCreateElsewhere(string path, Func<string, bool> isGood)
    {
        var top = AtomicFile.TemporaryIn(Path.GetDirectoryName(path)!);
        try
        {
            Directory.CreateDirectory(top);
            if (!TrySpread(top))
                return false;
            var places = Enumerable.Range(0, Places).Select(_ => Directory.CreateDirectory(Path.Combine(top, Path.GetRandomFileName())).FullName).ToList();
            if (places.FindLast(place => isGood(place)) is not { } place)
                return false;
            Directory.Move(place, path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another build was faster, or what is wrong shows where the folder is made the plain way.
            return false;
        }
        finally
        {
            Discarded.DeleteFolder(top);
        }
    }

    private static bool TakesFilesQuickly(string folder)
    {
        // The first call of a process takes long anywhere.
        return IsQuick() || IsQuick();

        bool IsQuick()
        {
            var file = AtomicFile.TemporaryIn(folder);
            var watch = Stopwatch.StartNew();
            File.WriteAllBytes(file, []);
            var time = watch.Elapsed;
            File.Delete(file);
            return time < Quick;
        }
    }

    private static bool TrySpread(string folder)
    {
        var handle = FolderHandle.Open(in Encoding.UTF8.GetBytes(folder + '\0')[0], FolderHandle.ForAttributes);
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

    [DllImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int file, nuint request, ref long value);
}
