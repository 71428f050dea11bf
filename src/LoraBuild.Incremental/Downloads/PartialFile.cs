using System.Text;
using LoraBuild.Base.Files;

namespace LoraBuild.Incremental.Downloads;

#pragma warning disable RS0030 // A download grows in a file of its own, which is renamed when it is whole.

/// <summary>
/// The bytes of a download so far, with the entity tag of what they are a part of, so that a later attempt, or a later build, goes on from
/// there. Held by one process at a time.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly FileLock gate;
    private readonly FileStream content;
    private readonly string tagPath;

    private PartialFile(string path, FileLock gate)
    {
        Path = path;
        this.gate = gate;
        tagPath = path + ".etag";
        content = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        content.Seek(0, SeekOrigin.End);
        EntityTag = File.Exists(tagPath) ? File.ReadAllText(tagPath, Encoding.UTF8) : null;
    }

    /// <summary>The path of the bytes.</summary>
    public string Path { get; }

    /// <summary>The number of bytes so far.</summary>
    public long Length => content.Length;

    /// <summary>The strong entity tag that the server gave the whole file (RFC 9110, 8.8.3), or null.</summary>
    public string? EntityTag { get; private set; }

    /// <summary>Opens or creates the file, waiting while another process holds it.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: it cannot be created.</exception>
    public static async Task<PartialFile> OpenAsync(string path, CancellationToken cancellation)
    {
        // A file of its own is locked: the partial file itself is renamed when it is whole.
        var gate = await FileLock.TakeAsync(path + ".lock", cancellation: cancellation).ConfigureAwait(false);
        try
        {
            return new PartialFile(path, gate);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            gate.Dispose();
            throw AtomicFile.CannotWrite(path, e);
        }
    }

    /// <summary>Forgets everything; what follows are the bytes of a file with this tag.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001.</exception>
    public void Restart(string? entityTag) => Guard(() =>
    {
        content.SetLength(0);
        EntityTag = entityTag;
        if (entityTag is null)
            File.Delete(tagPath);
        else
            File.WriteAllText(tagPath, entityTag, Encoding.UTF8);
    });

    /// <summary>Appends bytes.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the disk is full.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            content.Write(bytes);
        }
        catch (IOException e)
        {
            throw AtomicFile.CannotWrite(Path, e);
        }
    }

    /// <summary>Writes what is buffered, so that others can read the file.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the disk is full.</exception>
    public void Flush() => Guard(() => content.Flush(flushToDisk: true));

    /// <summary>The file is whole: renames it into place.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001.</exception>
    public void MoveTo(string target) => Guard(() =>
    {
        content.Dispose();
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        File.Move(Path, target, overwrite: true);
        File.Delete(tagPath);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        content.Dispose();
        gate.Dispose();
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(Path, e);
        }
    }
}
