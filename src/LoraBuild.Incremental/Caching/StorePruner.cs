using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>Deletes the least recently used results of a store, and the files that no other result has.</summary>
internal static class StorePruner
{
    // Below the bound, so that not every build from now on has to prune.
    private const double Target = 0.9;
    private static readonly TimeSpan LongestWrite = TimeSpan.FromDays(1);
    private static readonly string[] Parts = ["ac", "cas"];

    /// <summary>Prunes the files of <c>ac/</c> and <c>cas/</c> where they exceed a bound.</summary>
    /// <param name="root">The store.</param>
    /// <param name="maxBytes">The bound.</param>
    /// <param name="inUseSince">Results that were used since stay.</param>
    /// <returns>The number of files and bytes that were deleted, and of bytes that are left.</returns>
    public static (int Files, long Bytes, long Left) Prune(string root, long maxBytes, DateTime inUseSince)
    {
        var files = FilesOf(root).ToList();
        foreach (var unfinished in files.Where(file => IsTemporary(file) && IsOld(file)))
            Discarded.Delete(unfinished.FullName);
        files.RemoveAll(IsTemporary);
        var left = files.Sum(file => file.Length);
        if (left <= maxBytes)
            return (0, 0, left);

        var contents = files.Where(file => !IsResult(file)).ToDictionary(file => file.Name, StringComparer.Ordinal);
        var results = files.Where(IsResult).AsParallel().Select(file => (File: file, Contents: ContentsOf(file))).ToList();
        var users = results.SelectMany(result => result.Contents).CountBy(name => name, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        // A file that no result has counts for itself: its result was damaged, or is yet to come.
        var unused =
            contents.Values.Where(file => !users.ContainsKey(file.Name)).Select(file => (File: file, Contents: (IReadOnlyList<string>)[]));
        var (count, bytes) = (0, 0L);
        foreach (var (file, own) in results.Concat(unused).OrderBy(entry => entry.File.LastWriteTimeUtc)
            .ThenBy(entry => entry.File.Name, StringComparer.Ordinal))
        {
            if (left <= maxBytes * Target || file.LastWriteTimeUtc >= inUseSince)
                break;
            // A build that began meanwhile may have used it since it was listed.
            if (File.GetLastWriteTimeUtc(file.FullName) != file.LastWriteTimeUtc || !TryDelete(file))
                continue;
            foreach (var name in own.Where(name => --users[name] == 0 && contents.ContainsKey(name)))
                TryDelete(contents[name]);
        }

        return (count, bytes, left);

        bool TryDelete(FileInfo file)
        {
            if (!Discarded.Delete(file.FullName))
                return false;
            left -= file.Length;
            bytes += file.Length;
            count++;
            return true;
        }
    }

    /// <summary>Every file of <c>ac/</c> and <c>cas/</c>.</summary>
    public static IEnumerable<FileInfo> FilesOf(string root) => Parts
        .Select(part => new DirectoryInfo(Path.Combine(root, part)))
        .Where(folder => folder.Exists)
        .SelectMany(folder => folder.EnumerateFiles("*", SearchOption.AllDirectories));

    /// <summary>True if one of these files is a result.</summary>
    public static bool IsResult(FileInfo file) => file.Directory!.Parent!.Name == "ac" && ContentHash.IsHash(file.Name);

    /// <summary>Reads a result; null where it is damaged or gone.</summary>
    public static StoredResult? Read(FileInfo file)
    {
        try
        {
            return ActionResultMessage.ReadFile(ContentHash.Parse(file.Name), file.FullName);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IReadOnlyList<string> ContentsOf(FileInfo file) =>
        [.. Read(file)?.Files.Select(content => content.Content.ToString()).Distinct() ?? []];

    private static bool IsTemporary(FileInfo file) => file.Name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal);

    // By the time of its last change, where there is one: a copy has the other file's time of modification.
    private static bool IsOld(FileInfo file) => FileStamp.Of(file.FullName) is { } stamp
        && FileStamp.Now - Math.Max(stamp.Changed, stamp.Modified) > LongestWrite.Ticks * 100;
}
