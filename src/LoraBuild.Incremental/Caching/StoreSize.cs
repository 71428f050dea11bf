using System.Globalization;
using LoraBuild.Base.Files;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// The size of a store, remembered in its file <c>size</c> so that a build need not walk through it: what the last count found, and what
/// builds have added since. It may be off by what was written twice or deleted as damaged; the next count puts it right.
/// </summary>
internal sealed class StoreSize(string root)
{
    private readonly string file = Path.Combine(root, "size");

    /// <summary>Adds to the remembered size.</summary>
    /// <returns>The size in bytes; null where none is remembered, and the store must be counted.</returns>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the store cannot be written.</exception>
    public long? Add(long bytes)
    {
        using var turn = TakeTurn();
        if (!File.Exists(file) || !long.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var before))
            return null;
        Write(before + bytes);
        return before + bytes;
    }

    /// <summary>Remembers a size that was counted.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: the store cannot be written.</exception>
    public void Set(long bytes)
    {
        using var turn = TakeTurn();
        Write(bytes);
    }

    private FileLock TakeTurn() => FileLock.TakeAsync(file + ".lock").GetAwaiter().GetResult();

    private void Write(long bytes) => AtomicFile.WriteText(file, bytes.ToString(CultureInfo.InvariantCulture));
}
