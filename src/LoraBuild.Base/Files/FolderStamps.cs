namespace LoraBuild.Base.Files;

/// <summary>
/// Stamps of many files, of one folder after the other: the kernel walks the way to a folder once and not for each of its files. For one
/// thread.
/// </summary>
public sealed class FolderStamps : IDisposable
{
    private const int MostPath = 4096;

    private readonly byte[] folder = new byte[MostPath];
    private int folderLength = -1;
    private int handle = -1;

    /// <summary>The stamp of a regular file, or null where there is none.</summary>
    /// <param name="path">An absolute path in UTF-8, with a zero right behind the span's end.</param>
    public FileStamp? Of(ReadOnlySpan<byte> path)
    {
        var slash = path.LastIndexOf((byte)'/');
        if (!OperatingSystem.IsLinux() || slash <= 0 || slash >= MostPath)
            return FileStamp.Of(path);
        if (slash != folderLength || !folder.AsSpan(0, slash).SequenceEqual(path[..slash]))
            Enter(path[..slash]);
        return handle < 0 ? null : FileStamp.In(handle, path[(slash + 1)..]);
    }

    /// <inheritdoc/>
    public void Dispose() => Leave();

    private void Enter(ReadOnlySpan<byte> path)
    {
        Leave();
        path.CopyTo(folder);
        folder[path.Length] = 0;
        folderLength = path.Length;
        handle = FolderHandle.Open(in folder[0], FolderHandle.ForPaths);
    }

    private void Leave()
    {
        if (handle >= 0)
            _ = FolderHandle.Close(handle);
        handle = -1;
    }
}
