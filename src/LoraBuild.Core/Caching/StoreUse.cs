using LoraBuild.Core.Files;

namespace LoraBuild.Core.Caching;

/// <summary>
/// The sign that a build uses a store: a locked file in its <c>builds</c> folder, whose lock ends with the process, however it ends. What
/// was used since the oldest of them began is not pruned.
/// </summary>
internal sealed class StoreUse : IDisposable
{
    private const int Attempts = 3;

    // Clocks of file systems tick more coarsely than the system's.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    private readonly FileStream sign;

    private StoreUse(FileStream sign) => this.sign = sign;

    /// <summary>Puts up the sign; null where the store cannot be written, which is then nothing to prune either.</summary>
    public static StoreUse? Begin(string root)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            try
            {
                var folder = Directory.CreateDirectory(FolderIn(root)).FullName;
                return new StoreUse(new FileStream(Path.Combine(folder, Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another build may have taken the file for a left-over in the moment before it was locked.
            }
        }

        return null;
    }

    /// <summary>Since when builds that run now have been using the store, in UTC; <see cref="DateTime.MaxValue"/> where there are none.</summary>
    /// <param name="root">The store.</param>
    /// <param name="own">The caller's own sign, which does not count; or null.</param>
    public static DateTime OldestIn(string root, StoreUse? own)
    {
        var oldest = DateTime.MaxValue;
        if (!Directory.Exists(FolderIn(root)))
            return oldest;
        foreach (var path in Directory.EnumerateFiles(FolderIn(root)).Where(path => path != own?.sign.Name).ToList())
        {
            var began = File.GetLastWriteTimeUtc(path) - Margin;
            if (!TryRemoveLeftOver(path) && began < oldest)
                oldest = began;
        }

        return oldest;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Discarded.Delete(sign.Name);
        sign.Dispose();
    }

    // A sign whose lock can be had was left by a build that was killed.
    private static bool TryRemoveLeftOver(string path)
    {
        try
        {
            using var taken = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
            return true;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string FolderIn(string root) => Path.Combine(root, "builds");
}
