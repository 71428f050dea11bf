using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Files;

/// <summary>
/// Writes files whole or not at all: into a temporary file beside the target, which is then renamed over it. A reader never sees half a
/// file, and a killed build leaves at most a temporary file, which carries <see cref="TemporarySuffix"/>.
/// </summary>
public static class AtomicFile
{
    /// <summary>The end of the names of unfinished files.</summary>
    public const string TemporarySuffix = ".lora-tmp";

    /// <summary>Writes a file through <paramref name="write"/>, creating its folder.</summary>
    /// <exception cref="LoraBuildException">LB6001: the disk is full or the place cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = TemporaryBeside(path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            // Held open until it has its name, so that nobody takes it for one that was left behind.
#pragma warning disable RS0030 // This is the place that writes.
            using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Delete);
            write(stream);
            stream.Flush();
            File.Move(temporary, path, overwrite: true);
#pragma warning restore RS0030
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discarded.Delete(temporary);
            throw CannotWrite(path, e);
        }
        catch
        {
            Discarded.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes a text file in UTF-8 without a byte order mark.</summary>
    /// <exception cref="LoraBuildException">LB6001: the disk is full or the place cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Removes what killed writers left unfinished below a folder; files that are being written stay.</summary>
    /// <exception cref="LoraBuildException">LB6001: a file cannot be removed.</exception>
    public static void RemoveUnfinished(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        // Without links: what they lead to is no business of the build.
        var below = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var file in Directory.EnumerateFiles(folder, "*" + TemporarySuffix, below))
        {
            try
            {
                if (FileLock.TryTake(file) is not { } mine)
                    continue;
                mine.Dispose();
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw CannotWrite(file, e);
            }
        }
    }

    /// <summary>A name for an unfinished file in the target's folder, different at each call.</summary>
#pragma warning disable RS0030 // The name lasts for a moment; none of it reaches a key or a result.
    public static string TemporaryBeside(string path) => $"{path}.{Guid.NewGuid():N}{TemporarySuffix}";
#pragma warning restore RS0030

    /// <summary>The error for a file that could not be written.</summary>
    public static LoraBuildException CannotWrite(string path, Exception cause) => new(
        DiagnosticCode.CannotWrite,
        $"Cannot write '{path}': {cause.Message} Free some disk space or make the folder writable, then build again.",
        path,
        innerException: cause);
}
