using System.Runtime.InteropServices;

namespace LoraBuild.Base.Files;

/// <summary><c>struct statx</c> of the Linux kernel: what a file system says of a file.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct FileStatus
{
    /// <summary>Paths begin in the working folder.</summary>
    public const int CurrentFolder = -100;

    /// <summary>Of an open file itself: its path is empty.</summary>
    public const int OfHandle = 0x1000;

    private const uint BasicFields = 0x7ff;
    private const ushort TypeMask = 0xf000, Regular = 0x8000, Folder = 0x4000, Sticky = 0x200, OthersWrite = 0x2;

    /// <summary>The number of its names.</summary>
    [FieldOffset(16)]
    public readonly uint Names;

    /// <summary>The user that it belongs to.</summary>
    [FieldOffset(20)]
    public readonly uint Owner;

    [FieldOffset(28)]
    private readonly ushort mode;

    /// <summary>Its number in its file system.</summary>
    [FieldOffset(32)]
    public readonly ulong Inode;

    /// <summary>Its size in bytes.</summary>
    [FieldOffset(40)]
    public readonly ulong Size;

    /// <summary>The time of the last change of content or attributes.</summary>
    [FieldOffset(96)]
    public readonly Timestamp Changed;

    /// <summary>The time of the last modification.</summary>
    [FieldOffset(112)]
    public readonly Timestamp Modified;

    /// <summary>True if it is a regular file.</summary>
    public bool IsRegular => (mode & TypeMask) == Regular;

    /// <summary>True if it is a folder.</summary>
    public bool IsFolder => (mode & TypeMask) == Folder;

    /// <summary>True if all users of the machine may write to it.</summary>
    public bool IsWritableByAll => (mode & OthersWrite) != 0;

    /// <summary>Of a folder: true if only a file's owner may remove or rename it.</summary>
    public bool IsSticky => (mode & Sticky) != 0;

    /// <summary>The status of a file, or null where there is none.</summary>
    /// <param name="folder">An open folder, or <see cref="CurrentFolder"/>.</param>
    /// <param name="path">The first byte of its path in UTF-8, which ends with a zero.</param>
    /// <param name="flags">0: links are followed; or <see cref="OfHandle"/>.</param>
    public static FileStatus? Of(int folder, in byte path, int flags) =>
        StatX(folder, in path, flags, BasicFields, out var status) == 0 ? status : null;

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, in byte path, int flags, uint mask, out FileStatus status);

    /// <summary><c>struct statx_timestamp</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    public readonly struct Timestamp
    {
        [FieldOffset(0)]
        private readonly long seconds;

        [FieldOffset(8)]
        private readonly uint nanoseconds;

        /// <summary>Nanoseconds since 1970.</summary>
        public long Nanoseconds => (seconds * 1_000_000_000) + nanoseconds;
    }
}
