using LoraBuild.Base.Files;

namespace LoraBuild.Incremental.Caching;

/// <summary>Deletes what of a store was used least recently.</summary>
internal static class StorePruner
{
    // Below the bound, so that not every build from now on has to prune.
    private const double Target = 0.9;
    private static readonly TimeSpan LongestWrite = TimeSpan.FromDays(1);

    /// <summary>Prunes the files of <c>ac/</c> and <c>cas/</c> where they exceed a bound.</summary>
    /// <param name="root">The store.</param>
    /// <param name="maxBytes">The bound.</param>
    /// <param name="inUseSince">What was used since stays.</param>
    /// <returns>How many files and bytes were deleted, and how many bytes are left.</returns>
    public static (int Files, long Bytes, long Left) Prune(string root, long maxBytes, DateTime inUseSince)
    {
        var files = FilesOf(root).ToList();
        foreach (var unfinished in files.Where(file => IsTemporary(file) && file.LastWriteTimeUtc < DateTime.UtcNow - LongestWrite))
            Discarded.Delete(unfinished.FullName);
        files.RemoveAll(IsTemporary);
        var left = files.Sum(file => file.Length);
        if (left <= maxBytes)
            return (0, 0, left);

        var (count, bytes) = (0, 0L);
        foreach (var file in files.OrderBy(file => file.LastWriteTimeUtc).ThenBy(file => file.Name, StringComparer.Ordinal))
        {
            if (left <= maxBytes * Target || file.LastWriteTimeUtc >= inUseSince)
                break;
            // A build that began meanwhile may have used it since it was listed.
            if (File.GetLastWriteTimeUtc(file.FullName) != file.LastWriteTimeUtc || !Discarded.Delete(file.FullName))
                continue;
            left -= file.Length;
            bytes += file.Length;
            count++;
        }

        return (count, bytes, left);
    }

    /// <summary>Every file of <c>ac/</c> and <c>cas/</c>.</summary>
    public static IEnumerable<FileInfo> FilesOf(string root) => new[] { "ac", "cas" }
        .Select(part => new DirectoryInfo(Path.Combine(root, part)))
        .Where(folder => folder.Exists)
        .SelectMany(folder => folder.EnumerateFiles("*", SearchOption.AllDirectories));

    private static bool IsTemporary(FileInfo file) => file.Name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal);
}
