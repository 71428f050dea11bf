using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// The sign that a build uses a store: a locked file in its <c>builds</c> folder. What was used since the oldest of them began is not
/// pruned.
/// </summary>
internal sealed class StoreUse : IDisposable
{
    // Clocks of file systems tick more coarsely than the system's.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private readonly string path;
    private readonly FileLock sign;

    private StoreUse(string path, FileLock sign)
    {
        this.path = path;
        this.sign = sign;
    }

    /// <summary>Puts up the sign; null where the store cannot be written, which then nobody prunes either.</summary>
    public static StoreUse? Begin(string root)
    {
        try
        {
            while (true)
            {
#pragma warning disable RS0030 // The name of a sign that lasts for a build.
                var path = Path.Combine(FolderIn(root), Guid.NewGuid().ToString("N"));
#pragma warning restore RS0030
                var sign = FileLock.TryTake(path);
                // Another build may have taken the file for a left-over in the moment before it was locked.
                if (sign is not null && File.Exists(path))
                    return new StoreUse(path, sign);
                sign?.Dispose();
            }
        }
        catch (LoraBuildException)
        {
            return null;
        }
    }

    /// <summary>
    /// Since when builds that run now have been using the store, in UTC; <see cref="DateTime.MaxValue"/> where there are none.
    /// </summary>
    /// <param name="root">The store.</param>
    /// <param name="own">The caller's own sign, which does not count; or null.</param>
    public static DateTime OldestIn(string root, StoreUse? own)
    {
        var oldest = DateTime.MaxValue;
        if (!Directory.Exists(FolderIn(root)))
            return oldest;
        foreach (var path in Directory.EnumerateFiles(FolderIn(root)).Where(path => path != own?.path).ToList())
        {
            var began = File.GetLastWriteTimeUtc(path) - Margin;
            // A sign whose lock can be had was left by a build that was killed.
            using var leftOver = FileLock.TryTake(path);
            if (leftOver is not null)
                Discarded.Delete(path);
            else if (began < oldest)
                oldest = began;
        }

        return oldest;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Discarded.Delete(path);
        sign.Dispose();
    }

    private static string FolderIn(string root) => Path.Combine(root, "builds");
}
