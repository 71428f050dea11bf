using System.Runtime.InteropServices;

namespace LoraBuild.Base.Files;

/// <summary>Descriptors of open folders on Linux, for calls that .NET does not have.</summary>
internal static class FolderHandle
{
    /// <summary>Only to start paths from.</summary>
    public const int ForPaths = 0x200000 | CloseOnExecute;

    private const int CloseOnExecute = 0x80000;

    /// <summary>Opens a folder: a descriptor, or a negative number.</summary>
    /// <param name="path">The first byte of its path in UTF-8, which ends with a zero.</param>
    /// <param name="flags">One of this class' constants.</param>
    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Open(in byte path, int flags);

    /// <summary>Closes a folder.</summary>
    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Close(int handle);
}
