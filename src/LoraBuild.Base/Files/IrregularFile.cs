using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Files;

/// <summary>Folders, pipes and devices in the place of a file. A pipe would be waited for, and a device never ends.</summary>
public static class IrregularFile
{
    /// <summary>True if there is one, or a link to one; false for a link to nowhere, which .NET takes for a file.</summary>
    /// <param name="path">A path.</param>
    public static bool IsAt(string path)
    {
        try
        {
            return FileStamp.Of(path) is null && Path.Exists(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The error for one, with its place.</summary>
    /// <param name="path">Its path.</param>
    public static LoraBuildException At(string path) => new(
        DiagnosticCode.CannotRead,
        $"This is {(Directory.Exists(path) ? "a folder" : "a pipe, a device or a socket")} and no regular file. Put the file in its place, "
        + "or remove it.",
        path);
}
