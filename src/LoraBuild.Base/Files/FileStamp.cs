using System.Runtime.InteropServices;
using System.Text;

namespace LoraBuild.Base.Files;

/// <summary>
/// A file's metadata, read without its content. As long as the stamp stays the same, so does the content. A program can set a file's
/// modification time, but not the time of its last change or its inode.
/// </summary>
/// <param name="Length">Size in bytes.</param>
/// <param name="Modified">Time of the last modification, in nanoseconds since 1970.</param>
/// <param name="Changed">Time of the last change of content or attributes, in nanoseconds since 1970; 0 where the system has none.</param>
/// <param name="Inode">The file's number in its file system; 0 where the system has none.</param>
public readonly record struct FileStamp(long Length, long Modified, long Changed, ulong Inode)
{
    /// <summary>The stamp of a regular file, or null where there is none (also for folders).</summary>
    public static FileStamp? Of(string path)
    {
        if (OperatingSystem.IsLinux())
            return Of(Encoding.UTF8.GetBytes(path + '\0'));
        var info = new FileInfo(path);
        return info.Exists ? new FileStamp(info.Length, (info.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100, 0, 0) : null;
    }

    /// <summary>The same for a path in UTF-8 with a zero right behind the span's end, or as its last byte.</summary>
    internal static FileStamp? Of(ReadOnlySpan<byte> path) =>
        OperatingSystem.IsLinux() ? In(FileStatus.CurrentFolder, path) : Of(Encoding.UTF8.GetString(path));

    /// <summary>The same for a name in an open folder, on Linux.</summary>
    internal static FileStamp? In(int folder, ReadOnlySpan<byte> name)
    {
        return FileStatus.Of(folder, in MemoryMarshal.GetReference(name), 0) is { IsRegular: true } status
            ? new FileStamp((long)status.Size, status.Modified.Nanoseconds, status.Changed.Nanoseconds, status.Inode)
            : null;
    }

    /// <summary>Compares all four numbers. Asked tens of thousands of times by a build with nothing to do.</summary>
    public bool Equals(FileStamp other) =>
        Length == other.Length && Modified == other.Modified && Changed == other.Changed && Inode == other.Inode;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Length, Modified, Changed, Inode);

    /// <summary>Now, on the clock that file systems stamp files with, in nanoseconds since 1970.</summary>
#pragma warning disable RS0030 // Compared with the stamps of files alone.
    public static long Now => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}
